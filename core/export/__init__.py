"""What a GGUF export is made of; pure."""
