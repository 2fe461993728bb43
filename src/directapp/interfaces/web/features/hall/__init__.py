"""Wall displays: a site's cars by step, for the screen in the hall, at a link without a sign-in."""
