"""Who buys from the retailer: invented people and companies with addresses, drawn from a seed.

Mail addresses are at example.com (RFC 2606). Phone numbers come from ranges that no subscriber has: those that France
and Germany keep for fiction, and numbers beginning with a zero after the area code in Belgium and the Netherlands.
"""

import unicodedata
from random import Random
from typing import Any, NamedTuple

BUSINESS_SHARE = 0.08

_FIRST = {
    "BE": "Emma Louise Noor Lucas Arthur Jules Marie Thomas Pieter Sarah Wout Camille",
    "NL": "Sanne Daan Fleur Bram Lotte Sem Anouk Joris Femke Thijs Roos Gijs",
    "FR": "Chloé Léa Hugo Inès Gabriel Zoé Antoine Juliette Mathis Manon Rémi Élise",
    "DE": "Lena Jonas Mia Felix Hannah Paul Greta Moritz Jule Anton Frieda Karl",
}
_LAST = {
    "BE": "Peeters Janssens Maes Jacobs Mertens Willems Claes Goossens Dubois Lambert",
    "NL": "Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker",
    "FR": "Martin Bernard Petit Durand Leroy Moreau Fournier Girard Rousseau Fontaine",
    "DE": "Müller Schmidt Schneider Fischer Weber Wagner Becker Hoffmann Schäfer Koch",
}
_TOWNS = {
    "BE": (("Leuven", "3000"), ("Brugge", "8000"), ("Namur", "5000"), ("Mechelen", "2800"), ("Hasselt", "3500")),
    "NL": (("Haarlem", "2011"), ("Eindhoven", "5611"), ("Breda", "4811"), ("Zwolle", "8011"), ("Delft", "2611")),
    "FR": (("Lyon", "69002"), ("Nantes", "44000"), ("Reims", "51100"), ("Rouen", "76000"), ("Amiens", "80000")),
    "DE": (("Bonn", "53111"), ("Aachen", "52062"), ("Essen", "45127"), ("Münster", "48143"), ("Trier", "54290")),
}  # fmt: skip
_STREETS = {
    "BE": ("Kerkstraat", "Molenstraat", "Stationsstraat", "Schoolstraat", "Dorpsstraat"),
    "NL": ("Dorpsstraat", "Molenweg", "Kastanjelaan", "Julianastraat", "Lindelaan"),
    "FR": ("Rue de l’Église", "Rue des Lilas", "Avenue de la Gare", "Rue du Moulin", "Rue Pasteur"),
    "DE": ("Hauptstraße", "Gartenstraße", "Bahnhofstraße", "Lindenstraße", "Schulstraße"),
}
_COMPANY = ("Hotel {}", "Café {}", "Studio {}", "{} & Partners", "Bistro {}")
_PHONE = {
    "BE": "+32 2 000 {:04}",
    "NL": "+31 20 000 {:04}",
    "FR": "+33 1 99 00 {:04}",
    "DE": "+49 30 23125 {:03}",
}


class Customer(NamedTuple):
    """`company` is None for a consumer. `address` is as the API takes it."""

    reference: str
    name: str
    mail: str
    phone: str
    country: str
    company: str | None
    address: dict[str, Any]

    def body(self) -> dict[str, Any]:
        """The customer of an order as the API takes them."""
        return {"reference": self.reference, "name": self.name, "mail": self.mail, "phone": self.phone}


def draw_customers(seed: int, count: int) -> tuple[Customer, ...]:
    """People of all four countries; about one in twelve buys for a company."""
    return tuple(_customer(seed, index) for index in range(count))


def _customer(seed: int, index: int) -> Customer:
    rng = Random(f"{seed} customer {index}")  # noqa: S311 (chance, not secrecy)
    country = rng.choices(("BE", "NL", "FR", "DE"), (35, 30, 20, 15))[0]
    first, last = rng.choice(_FIRST[country].split()), rng.choice(_LAST[country].split())
    company = rng.choice(_COMPANY).format(last) if rng.random() < BUSINESS_SHARE else None
    city, postal_code = rng.choice(_TOWNS[country])
    if country == "NL":
        postal_code = (
            f"{postal_code} {rng.choice('ABCDEGHJKLMNPRSTVWXZ')}{rng.choice('ABCDEGHJKLMNPRSTVWXZ')}"
        )
    number = rng.randint(1, 180)
    street = rng.choice(_STREETS[country])
    address = {
        "country": country,
        "name": f"{first} {last}",
        "lines": [f"{number} {street}" if country == "FR" else f"{street} {number}"],
        "postal_code": postal_code,
        "city": city,
    }
    if company is not None:
        address["company"] = company
    return Customer(
        reference=f"K{seed}-{index + 1:05}",
        name=f"{first} {last}",
        mail=f"{_plain(first)}.{_plain(last)}.{index + 1}@example.com",
        phone=_PHONE[country].format(index % 1000),
        country=country,
        company=company,
        address=address,
    )


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())
