"""What came to a case since its reader's last visit: messages, files, steps, as far as the reader may know of them."""
