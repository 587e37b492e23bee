"""Card numbers have no place in free text: notes, names and attributes are refused when one is found in them.

A card number is 13 to 19 digits that begin as an issuer's do and end in the right check digit (ISO/IEC 7812-1: Luhn);
people write it in groups with spaces or dashes. Asking for the issuer keeps most article and tracking numbers out of
suspicion, of which every tenth has a right check digit by chance.
"""

import re
import unicodedata

_GROUPS = re.compile(r"\d+(?:[\s\u2010-\u2015-]{1,3}\d+)*")
_GROUP = re.compile(r"\d+")
_SHORTEST, _LONGEST = 13, 19
# First digits and lengths of the issuers.
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|09|[689]\d)\d{11,16}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:6011|64[4-9]\d|65\d{2}|62\d{2}|81\d{2}|220\d|60\d{2}|508\d)\d{12,15}"  # Discover, UnionPay, Mir, RuPay
    r"|(?:5018|5020|5038|5[678]\d{2}|6304|67\d{2})\d{9,15}"  # Maestro
)


def holds_card_number(text: str) -> bool:
    """Whether a payment card's number stands in the text, alone or between other digits in groups of their own."""
    for run in _GROUPS.finditer(text):
        groups = ["".join(str(unicodedata.decimal(d)) for d in group) for group in _GROUP.findall(run[0])]
        for start in range(len(groups)):
            digits = ""
            for group in groups[start:]:
                digits += group
                if len(digits) > _LONGEST:
                    break
                if len(digits) >= _SHORTEST and _ISSUED.fullmatch(digits) and check_digit_fits(digits):
                    return True
    return False


def check_digit_fits(digits: str) -> bool:
    """Luhn's check: from the right, every second digit doubled, the digits of all added, a multiple of ten."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
