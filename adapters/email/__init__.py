"""E-mail: rendering, the SMTP client, and how a server's replies are read."""
