"""How every form of the site is drawn: label, hint, error and control in the look."""

from django.forms.renderers import TemplatesSetting


class LookRenderer(TemplatesSetting):
    """Draws `{{ form }}` and `{{ field.as_field_group }}` from templates/_partials."""

    form_template_name = "_partials/form.html"
    field_template_name = "_partials/field.html"
