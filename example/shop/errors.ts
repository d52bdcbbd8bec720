/** Everything that the shop refuses on purpose. */
export class ShopError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class LoginFailedError extends ShopError {
  constructor() {
    super('LOGIN_FAILED', 'The email address or the password is wrong.');
  }
}

export class UnknownProductError extends ShopError {
  constructor(sku: string) {
    super('UNKNOWN_PRODUCT', `There is no product "${sku}".`);
  }
}

export class PaymentError extends ShopError {}

export class CardDeclinedError extends PaymentError {
  constructor(cardNumber: string, cause: Error) {
    // A message that should not hold the number, as real ones do. In the record it does not.
    super('CARD_DECLINED', `The bank declined the card ${cardNumber}.`, { cause });
  }
}

/** Has no handler of its own in `ApiErrors`: the one for {@link PaymentError} answers it. */
export class RefundRefusedError extends PaymentError {
  constructor(receiptId: number) {
    super('REFUND_REFUSED', `Payment ${receiptId} can no longer be refunded.`);
  }
}
