"""The closed list of Physical Device Types, and the two that are never on it.

Appendix Z 2.1 (opening words)  The Central Products List identifies each Device
    Model by Physical Device Type. The types are a closed list; anything else is
    refused.
Appendix Z 6.10  A Communications Hub Function or a Gas Proxy Function has no entry
    of its own: it is on the list if, and only if, its Communications Hub is.
"""

from dataclasses import dataclass

from secgov.errors import Refusal

SINGLE_ELEMENT_ESME = "single_element_esme"
TWIN_ELEMENT_ESME = "twin_element_esme"
POLYPHASE_ESME = "polyphase_esme"
GSME = "gsme"
COMMUNICATIONS_HUB = "communications_hub"
PPMID = "ppmid"
HCALCS = "hcalcs"
SAPC = "sapc"


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A Physical Device Type: its stable code, its published name, and a short name for screens."""

    code: str
    name: str
    short_name: str


DEVICE_TYPES = (
    DeviceType(SINGLE_ELEMENT_ESME, "Single Element Electricity Metering Equipment", "ESME single element"),
    DeviceType(TWIN_ELEMENT_ESME, "Twin Element Electricity Metering Equipment", "ESME twin element"),
    DeviceType(POLYPHASE_ESME, "Polyphase Electricity Metering Equipment", "ESME polyphase"),
    DeviceType(GSME, "Gas Smart Meter", "GSME"),
    DeviceType(COMMUNICATIONS_HUB, "Communications Hub", "Communications Hub"),
    DeviceType(PPMID, "Pre-Payment Interface Device", "PPMID"),
    DeviceType(HCALCS, "HAN Connected Auxiliary Load Control Switch", "HCALCS"),
    DeviceType(SAPC, "Standalone Auxiliary Proportional Controller", "SAPC"),
)
BY_CODE = {each.code: each for each in DEVICE_TYPES}
NAMES = {each.code: each.name for each in DEVICE_TYPES}
SHORT_NAMES = {each.code: each.short_name for each in DEVICE_TYPES}
CHOICES = tuple((each.code, each.name) for each in DEVICE_TYPES)
"""Pairs (code, published name) for a model's choices."""

ELECTRICITY_METERS = frozenset({SINGLE_ELEMENT_ESME, TWIN_ELEMENT_ESME, POLYPHASE_ESME})

_BY_ANY_NAME = {
    text.casefold(): each.code for each in DEVICE_TYPES for text in (each.code, each.name, each.short_name)
}
_HUB_FUNCTIONS = {
    "chf": "Communications Hub Function",
    "communications hub function": "Communications Hub Function",
    "communications_hub_function": "Communications Hub Function",
    "gpf": "Gas Proxy Function",
    "gas proxy function": "Gas Proxy Function",
    "gas_proxy_function": "Gas Proxy Function",
}


def hub_function_named(text: str) -> str:
    """Name the part of a Communications Hub that a text means, or "". Appendix Z 6.10

    Takes what a person or a system wrote ("CHF", "gas proxy function"); gives
    "Communications Hub Function", "Gas Proxy Function" or the empty string.
    """
    return _HUB_FUNCTIONS.get(" ".join(text.split()).casefold(), "")


def answering_type(text: str) -> str:
    """Name the Physical Device Type whose entry answers for a type. Appendix Z 6.10

    Takes a code, name or hub function; gives the code of the type whose entry
    decides: the Communications Hub for its two functions, else the type itself.
    Raises Refusal for an unknown type.
    """
    return COMMUNICATIONS_HUB if hub_function_named(text) else clean_device_type(text)


def clean_device_type(text: str) -> str:
    """Turn a code, published name or short name into the type's code. Appendix Z 2.1

    Takes any spelling of a Physical Device Type, in any case; gives its code.
    Raises Refusal (field ``device_type``) for a type that is not on the closed
    list, with a pointer to the hub for the two functions of a hub.
    """
    tidy = " ".join(text.split())
    if code := _BY_ANY_NAME.get(tidy.casefold()):
        return code
    if function := hub_function_named(tidy):
        raise Refusal(
            f"A {function} has no entry of its own: it is on the Central Products List "
            "if, and only if, the Communications Hub that it forms part of is.",
            clause="Z6.10",
            field="device_type",
            remedy="Submit the Communications Hub instead.",
        )
    known = ", ".join(each.name for each in DEVICE_TYPES)
    said = f"“{tidy}” is not a Physical Device Type." if tidy else "The Physical Device Type is missing."
    raise Refusal(
        said,
        clause="Z2.1",
        field="device_type",
        remedy=f"Choose one of: {known}.",
    )
