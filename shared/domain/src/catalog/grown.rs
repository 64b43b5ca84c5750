//! A catalogue of any size, to see that nothing depends on how many garments there are.

use super::{Catalog, Product, ProductId};

impl Catalog {
    /// This catalogue's garments over and over, `products` in all, each with a number of its own and
    /// some in fewer colours.
    #[must_use]
    pub fn grown_to(&self, products: usize) -> Self {
        let mut data = self.data.clone();
        let originals = std::mem::take(&mut data.products);
        data.products =
            originals.into_iter().cycle().take(products).enumerate().map(variation).collect();
        data.into()
    }
}

fn variation((n, mut product): (usize, Product)) -> Product {
    let kinds = 9;
    product.id = ProductId(n as u64);
    let colors = 1 + n / kinds % product.colors.len();
    product.colors.truncate(colors);
    product
}
