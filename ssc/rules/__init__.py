"""The SSC’s rules: facts and a day in, an answer or a refusal out."""
