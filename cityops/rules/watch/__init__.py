"""The process that follows committed facts and reports what the rules make of them."""
