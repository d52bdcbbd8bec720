import { Logged } from 'logged-controllers';
import { Get, JsonController, Param, State } from 'routing-controllers';
import { UnknownProductError } from '../errors';
import { Shop } from '../shop';

@JsonController('/products')
export class ProductsController {
  /** Asked all day long: one success in ten is recorded, and every failure, and whatever takes 300 ms or longer. */
  @Get('/:sku')
  @Logged({ sample: 0.1, slowMs: 300 })
  price(@Param('sku') sku: string, @State('shop') shop: Shop): { readonly sku: string; readonly priceCents: number } {
    const priceCents = shop.products.get(sku);
    if (priceCents === undefined) throw new UnknownProductError(sku);
    return { sku, priceCents };
  }
}
