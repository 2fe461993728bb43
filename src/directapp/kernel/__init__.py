"""Kernel: the words every room shares; pure, standard library only."""
