"""Administration: the pages from which a site and a tenant are set up, each for those who may change what is there."""
