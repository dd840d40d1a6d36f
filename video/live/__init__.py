"""Live pictures (实时画面): remuxed, never transcoded; one pull however many look."""
