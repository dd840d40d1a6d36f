"""Rules: what of the committed facts is trouble, judged the same in memory and in SQL."""
