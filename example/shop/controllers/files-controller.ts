import { Readable } from 'node:stream';
import { Logged } from 'logged-controllers';
import { ContentType, Get, JsonController, Post, QueryParam, State, UploadedFile } from 'routing-controllers';
import { Shop } from '../shop';

interface Upload {
  readonly originalname: string;
  readonly size: number;
}

const LOGO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** Files are recorded by name, type and size; their contents are never read. */
@Logged()
@JsonController('/files')
export class FilesController {
  @Post('/prescription')
  prescription(@UploadedFile('scan', { required: true }) scan: Upload): {
    readonly name: string;
    readonly bytes: number;
  } {
    return { name: scan.originalname, bytes: scan.size };
  }

  @Get('/logo.png')
  @ContentType('image/png')
  logo(): Buffer {
    return LOGO;
  }

  @Get('/stock.csv')
  @ContentType('text/csv')
  stock(@QueryParam('site', { required: true }) site: string, @State('shop') shop: Shop): Readable {
    return Readable.from(shop.warehouse.stock(site));
  }
}
