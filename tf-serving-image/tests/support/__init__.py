"""Modules that tests share: a made-up machine, a started server, and recorded answers."""
