"""What letters to people put into their links."""

from django import template

from secgov.accounts import mailed_tokens

register = template.Library()
register.filter("token_of", mailed_tokens.token_of)
