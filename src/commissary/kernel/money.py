"""Money is an integer number of minor units and an ISO 4217 currency; never a float.

The exponent says how many decimals the currency has: 2 for most, 0 for the yen, 3 for the dinars, 4 for two units of
account. Source: ISO 4217 list one (2026).
"""

from decimal import Decimal, InvalidOperation

_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW "
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
        "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
        "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
        "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG "
        "YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENT_OF: dict[str, int] = {
    code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split()
}

# Bounds that keep every sum of an order inside a signed 64-bit integer: 2,000 lines × the largest line amount.
MAX_AMOUNT_MINOR = 10**13


def to_minor(amount: str | Decimal, currency: str) -> int:
    """Minor units of a decimal amount such as "12.34" EUR → 1234.

    Raises ValueError when the text is no finite number, or has more decimals than the currency.
    """
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise ValueError(f"{amount!r} is not an amount") from None
    if not value.is_finite():
        raise ValueError(f"{amount!r} is not an amount")
    if abs(value) > MAX_AMOUNT_MINOR:
        raise ValueError(f"{amount!r} is larger than any amount this system takes")
    scaled = value.scaleb(EXPONENT_OF[currency])
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount!r} has more decimals than {currency} allows")
    return int(scaled)


def from_minor(amount_minor: int, currency: str) -> Decimal:
    """The decimal amount, with exactly the decimals of the currency: 1234 EUR → Decimal("12.34")."""
    return Decimal(amount_minor).scaleb(-EXPONENT_OF[currency])
