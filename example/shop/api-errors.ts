import { STATUS_CODES } from 'node:http';
import { type ErrorResponse, HandleError } from 'logged-controllers';
import { HttpError } from 'routing-controllers';
import { CardDeclinedError, LoginFailedError, PaymentError, ShopError, UnknownProductError } from './errors';

/** What clients are told of errors: the handler of the most derived class answers, whatever the order here. */
export class ApiErrors {
  @HandleError(CardDeclinedError)
  cardDeclined({ code }: CardDeclinedError): ErrorResponse {
    return { status: 402, body: { code, message: 'Try another card.' } };
  }

  @HandleError(PaymentError)
  payment({ code, message }: PaymentError): ErrorResponse {
    return { status: 409, body: { code, message } };
  }

  @HandleError(LoginFailedError)
  loginFailed({ code, message }: LoginFailedError): ErrorResponse {
    return { status: 401, body: { code, message } };
  }

  @HandleError(UnknownProductError)
  unknownProduct({ code, message }: UnknownProductError): ErrorResponse {
    return { status: 404, body: { code, message } };
  }

  @HandleError(ShopError)
  shop({ code, message }: ShopError): ErrorResponse {
    return { status: 422, body: { code, message } };
  }

  /** Errors of routing-controllers itself: a missing parameter, no credentials, nothing found. */
  @HandleError(HttpError)
  host(error: HttpError): ErrorResponse | void {
    // Returning nothing asks for the default response: for a failed validation it lists what is wrong with each property.
    if ('errors' in error) return;
    return { status: error.httpCode, body: { code: error.name, message: error.message } };
  }

  @HandleError(Error)
  unexpected(error: Error & { readonly status?: unknown }): ErrorResponse {
    // The body parser marks what the client did wrong (malformed, too large) with a status.
    const status = typeof error.status === 'number' && error.status < 500 ? error.status : 500;
    // The message is for the record, not for the client.
    return { status, body: { code: STATUS_CODES[status] } };
  }
}
