r"""Ways of writing a name that have a plainer one: "John /Smith/" is read as "Smith, John".

One table, and no code of its own for any of them. It is data that the page shares (`apps.page.facts`), and so
its patterns have what Python's and JavaScript's have alike: [^\W\d_] for a letter, \d, \b, and plain spaces.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from cognomen.text import words as lists

_CODES: Final = "|".join(sorted(lists.COUNTRY_CODES))
_L: Final = r"[^\W\d_]"
_PHRASES: Final = "|".join(map(re.escape, sorted(lists.PHRASES)))
_HONORIFICS: Final = "|".join(sorted(lists.HONORIFICS_LAST))
_PARTICLES: Final = "|".join(sorted(lists.PARTICLES_LAST))
_OF: Final = "|".join(
    spelling for word in sorted(lists.BEFORE_OF) for spelling in (word, word.capitalize(), word.upper())
)

_BEFORE_MR: Final = (
    "Dr|Prof|Sir|Hon|Rev|Senator|Cllr|Councillor|Deputy|Minister|Ambassador|Captain|Capt|Col|Lt|Sgt|Dear|Hello|Hi"
    "|To|From|For"
)
_MR: Final = "M(?:rs?|s|iss|RS?|S|ISS|STR)"
_UPPER: Final = "[A-ZÀ-ÖØ-Þ'’-]{2,}"
_PARTICLES_IN_CAPITALS: Final = f"(?:(?:{_PARTICLES.upper()}) )*"
_ROADS: Final = "St|Street|Rd|Road|Ave|Avenue|Lane|Blvd"
_FIELDS: Final = "[Mm]an|[Hh]onou?r|[Cc]oach|[Cc]ontact|[Kk]in|[Nn]ame|[Pp]erson"
_PEERS: Final = "Baron|Baroness|Countess|Duchess|Duke|Earl|Lady|Lord|Marquess|Viscount|Viscountess"
_RESUME: Final = "CV|cv|[Rr][eé]sum[eé]|RESUME|RÉSUMÉ"
_PHONE: Final = "mob|cell|handy|gsm|Mob|Mobile|Cell|GSM|WhatsApp|Whatsapp|NEW|OLD"
_RELATIVES: Final = "|".join(sorted(lists.RELATIVES))
_SAID: Final = "|".join(sorted(lists.SAID))
_CLOSINGS: Final = "|".join(
    spelling for word in sorted(lists.CLOSINGS) for spelling in (word, word.capitalize(), word.upper())
)
# Surnames whose plural names nothing else: The Hendersons, The O'Briens, but "The Seasons", "The Partners".
_OF_FAMILIES: Final = "[A-Z][a-z]{3,}(?:son|sen|mann|stein|worth)|(?:Ma?c|O['’])[A-Z][a-z]+"
# What follows two words of a name, after a space: who somebody is in a household, or wrote; whose child (fu,
# tou); cricket; numbers of persons, years, ages, the class of '98.
_AFTER_NAME: Final = "|".join(
    (
        f"(?:{_RELATIVES})(?: of .*)?|(?:{_SAID}):?",
        "(?:(?:del |di )?fu|tou|tis) [A-ZÀ-ÖØ-Þ].*",
        r"of this .*|(?:&|and|with) \d+ .*",
        "not out|run out(?: .*)?|lbw b .*|(?:c|st) .* ?b [A-ZÀ-ÖØ-Þ].*",
        r"\d{6,8}[-+A/]\d{3,7}[A-Z]?|\d{3}-\d\d-\d{4}|\d{3}\.\d{3}\.\d{3}-\d\d",
        r"(?:abt|bef|aft|circa|about)\.? \d.*|['’]\d\d(?: .*)?",
        r"\d{1,3} ?[MF]|[A-Z]/[MF](?:[ /]\d{1,3})?|[MF]/\d{1,3}|\d{1,3}/[MF]",
    )
)
_DEVICES: Final = "iPhone|iPad|iPod|MacBook|iMac|Galaxy|Laptop|laptop|Phone|phone|Tablet|tablet"


# What says that a surname follows, or a given name. A "Nom" is one beside a "Prénom", else a full name.
_SURNAME_FIELDS: Final = (
    "[Ss]urnames?|[Ll]ast ?[Nn]ame|[Ff]amily [Nn]ame|[Nn]achname|[Ff]amilienname|[Nn]om de famille"
    "|[Aa]pellidos?|[Cc]ognome|[Ss]obrenome|[Aa]chternaam|[Nn]azwisko|[Ee](?:fter|tter)na[mv]n|[Pp]říjmení|[Ss]oyadı"
    "|[Фф]амилия|[Пп]різвище|[Εε]πώνυμο|SURNAMES?|LAST NAME|FAMILY NAME|NACHNAME|APELLIDOS?|COGNOME|ФАМИЛИЯ"
)
_GIVEN_FIELDS: Final = (
    "[Gg]iven [Nn]ames?|[Ff]irst ?[Nn]ames?|[Ff]orenames?|[Vv]ornamen?|[Pp]r[eé]noms?|[Nn]ombres?|[Nn]ome"
    "|[Vv]oornaam|[Ii]mię|[Ff][oö]rna[mv]n|[Jj]méno|[Aa]dı|[Ии]мя|[Іі]м'я|[Όό]νομα|GIVEN NAMES?|FIRST NAMES?"
    "|FORENAMES?|VORNAMEN?|PRÉNOMS?|NOMBRES?|NOME|ИМЯ"
)
_SURNAME_IS: Final = f"(?=[^:=]+[:=])(?:{_SURNAME_FIELDS}) ?[:=] ?"
_NOM_IS: Final = f"(?=[^:=]+[:=])(?:{_SURNAME_FIELDS}|[Nn]om|NOM) ?[:=] ?"
_GIVEN_IS: Final = f"(?=[^:=]+[:=])(?:{_GIVEN_FIELDS}) ?[:=] ?"
_PICTURES: Final = "\u2600-\u27bf\ufe0f\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff"

# What a text is searched for, in this order, and what replaces it.
FORMS: Final = (
    # Brackets: 山田太郎（営業部）, (Smith et al., 2019), (John)(Smith), Jane Doe (Author), John Roe (Editor).
    ("（", " ("),
    ("）", ") "),
    ("[∗⁎＊]", " "),
    # Dots between words: John·Smith, 约翰·史密斯, whose parts keep their order.
    ("([a-zß-ÿ])·(?=[A-ZÀ-ÖØ-Þ])", r"\1 "),
    ("^(?:[\u4e00-\u9fff]+[·•])+([\u4e00-\u9fff]+)$", r"\1"),
    (r"^\[\[([^|\[\]]+)\|[^\[\]]*\]\]", r"\1"),
    (r'^["“]([^"“”]+)["”] ?<[^<>]*>$', r"\1"),
    (r"^\(([^()]*)\)$|^\[([^\[\]]*)\]$", r"\1\2"),
    (r"^([^ ,()]+ [^,()]+) \([^()]*\), ([^ ,()]+ [^,()]+ \()", r"\1; \2"),
    # Pictures, fields in quotes, weights, ages and numbers between commas: "Doe", "Jane"; Jane Doe, 35, Rome.
    (f"[{_PICTURES}]+", " "),
    (r'''^["']([^"']+)["'], ?["']([^"']+)["']$''', r"\1, \2"),
    (r"([^ ]) (?:\d{1,3} ?(?:yrs?|years old|yo)\.?$|[Aa]ged?:? \d.*$)", r"\1"),
    (r"([^ ]) [+-]?\d[\d.,]* ?(?:kg|lbs?)$", r"\1"),
    (r", ?\d[\d.\-/ ]*(?=,)", ""),
    (r"^[A-Z]{1,4}\d{3,} (?=[^ ]+ [^ ])", ""),
    (r"^([^ ,]+ [^ ].*?) [A-Z]{1,4}-?\d{3,}$", r"\1"),
    (r"([^ ]) \+ ?\d.*$", r"\1"),
    # Unknown surnames, positions in a team, what follows a country: Mary ____, Jane Doe (USA) Team Berg.
    (r"^([^ ,]+) (?:_{2,}|\[-+\?-+\])$", r"\1 Unknown"),
    (r", (?:[A-Z\d]{1,3}/)+[A-Z\d]{1,3}$", ""),
    (rf"^([^ (]+ [^(]*[^ (]) \((?:{_CODES})\) .*$", r"\1"),
    # Addresses: Dupont Jean 12 rue de la Paix, Smith J 12 High St. Numbers before: ID 47: Smith, John.
    (rf"^([^ \d,]+ [^\d,]+?),? \d+[a-z]? (?:rue|avenue|[^\d]* (?:{_ROADS}))(?:[ .,].*)?$", r"\1"),
    (r"^(?:ID|Id|Nr|No|REF|Ref|Case|Client|Customer|Patient|Member)\.? ?#?\d+: (?=[^ ])", ""),
    # Airlines and passports: SMITH/J, P<UTOERIKSSON<<ANNA<MARIA<<<.
    (r"^([A-Z]{2,})/([A-Z](?: (?:MRS?|MS|MISS))?)$", r"\1, \2"),
    (r"(?<=[A-Z])<(?=[A-Z])", " "),
    (r"^(?:[ACIPV] [A-Z]{3})?([A-Z]+(?: [A-Z]+)*)<<([A-Z]+(?: [A-Z]+)*)<*$", r"\1, \2"),
    # Catalogues, cards of addresses, users: AU  - Doe, J., author = {Doe, Jane}, $a Doe, Jane, N:Doe;Jane;;;.
    (r"^(?:A[U1-4]|ED) - (?=[A-ZÀ-ÖØ-Þ])", ""),
    (r'^(?:author|editor) ?= ?[{"]([^{}"]+)[}"],?$', r"\1"),
    (r"^\$a ([^$]+?),?(?: \$.*)?$", r"\1"),
    (r"^N:([^;:]+);([^;:]+);.*$", r"\1, \2"),
    (r"^(?:FN|User|Author|Editor):(?=[A-ZÀ-ÖØ-Þ])", ""),
    # Hospitals: DOE^JANE^A^^DR, and the same in other letters.
    (rf"^([^\^=,]*{_L})\^([A-Z]|{_L}{{2}}[^\^=]*)(?:[\^=].*)?$", r"\1, \2"),
    # Fields with headings, of which surnames alone may have two words: Last name: Doe, First name: Jane.
    (rf"^{_NOM_IS}([^:]+?)(?: ?[,;|/])? {_GIVEN_IS}([^:]+)$", r"\1, \2"),
    (rf"^{_GIVEN_IS}([^:]+?)(?: ?[,;|/])? {_NOM_IS}([^:]+)$", r"\2, \1"),
    (rf"^{_SURNAME_IS}([^ ,:;]+ [^,:;]+)$", r"\1, N."),
    # Genealogy: John /Smith/. Fields: Doe|Jane, SMITH:John. What a field is: To: Doe, Jane.
    (r"^((?:[^/]* )?)/([^/ ](?:[^/]*[^/ ])?)/(?![^ ,])([^/]*)$", r"\2, \1 \3"),
    (rf"^([^|:@,]*{_L}{{2}})[|:]([A-ZÀ-ÖØ-Þ]{_L}[^|:@]*)$", r"\1, \2"),
    (r"^[^ ,:;]+: ([^ ,:][^,:]*,|[^ ,:]+ [^,:]+$)", r"\1"),
    (rf"^(?:{_L}+ ){{1,2}}(?:{_FIELDS}): (?=[^ ])", ""),  # Best Man: Doe
    # Users: jdoe (Jane Doe), Jane Doe @jdoe, ACME\jane.doe, CN=Jane Doe,OU=Users, Jane_Doe.
    (r"^[a-z][a-z\d._-]* \(([A-Z][^()]* [^()]+)\)$", r"\1"),
    (rf"^/?u/(?={_L})", ""),
    (rf"^({_L}{{2,}})\.([A-Z]{{1,2}})$", r"\1 \2"),
    (r"([^ ]) @[^ ]+$", r"\1"),
    (r"^[A-Z]{2,}\\(?=[a-z])", ""),
    (r"^(?:CN|cn|sn)=([^,=]+)(?:,.*)?$", r"\1"),
    (rf"^([A-ZÀ-ÖØ-Þ]{_L}+)_([A-ZÀ-ÖØ-Þ]{_L}+)(?:_\d+)?$", r"\1 \2"),
    # What bullets, stars or a number tell besides: Jane Doe • Nurse, Jane Doe *on leave*, Ms. Doe - Grade 4.
    (r"([^ ]) [•·●▪‣∙⋅] .*$", r"\1"),
    (r"([^ ]) \*[A-Za-z][^*]*\*(?![^ ])", r"\1"),
    # Bold words and letters of Markdown: Jane **Doe**, Jane Doe (@jdoe) **D**.
    (r"([)>]) ?\*+[^* ]+\*+$|([^ ]) \*\*[A-Z]{1,2}\*\*$", r"\1\2"),
    (r"\*\*([^* ]+(?: [^* ]+)*)\*\*", r"\1"),
    (rf"({_L}) [-–—] [^-–—]*{_L}[^-–—]*\d[^-–—]*$", r"\1"),
    (r"([a-zß-ÿ]) [-–—] [A-Z]+(?: [A-Z]+)+$", r"\1"),
    (rf"({_L}{{2}}) \d{{1,2}}{_L}$", r"\1"),
    (rf"\./(?={_L}{{2}})", r". / "),
    # Jobs after a comma, remarks, given names in brief: Jane Doe, VP Sales; Jane Doe (in the chair).
    (r"^([^ ,]+ [^,]+), (?:[AES]?VP|C[EFIOT]O|Mgr|Dir)\.? [A-Z&].*$", r"\1"),
    (r"^([A-ZÀ-ÖØ-Þ][^ ]* [^(]*[^ (]) \([a-zß-ÿ][^()A-ZÀ-ÖØ-Þ]* [^()A-ZÀ-ÖØ-Þ]*\)$", r"\1"),
    (r", ([A-Z])[a-z]{1,2}\.-([A-Z])\.$", r", \1.-\2."),
    (r"^([A-Z][^ .,]{2,}) (?:Chr?|Ph|Th)\.$", r"\1"),
    (r", [Ee]ds\.?$| [Ee]ds\.$", ""),
    # Why no name is there: n/a - see notes.
    (r"^(n/a|N/A|NA|TB[ACD]|[Uu]nknown)(?: [-–—] | \(|[:;] )[a-z][^A-Z]*$", r"\1"),
    # Years of birth, telephones, years of publication: b.1842, tel.12345.
    (rf"({_L}{{2}}),? [a-zß-ÿ]{{1,4}}\.\d.*$", r"\1"),
    (rf"^([A-ZÀ-ÖØ-Þ]{_L}+),? \(?(?:19|20)\d\d[a-z]\)?$", r"\1"),  # Smith 2019a
    # Footnotes and ties of LaTeX, dots after degrees and initials: Doe$^{1}$, D.~E. Knuth, Ph. D., Smith JA.
    (rf"({_L}{{2}})\$?\^(?:\{{[\d,*a-z†‡ ]*\}}|[\da-z*,]{{1,3}})\$?(?![^ ,;])", r"\1"),
    (rf"({_L}|[.}}])~(?=[^ ~])", r"\1 "),
    (r" Ph\. D\.?(?![^ ,])", " PhD"),
    (r" ([BM])\. (Sc|Eng)\.?(?![^ ,])", r" \1\2"),
    (r"([a-zß-ÿ] [A-Z]{1,3})\.$", r"\1"),
    # Whose cell it is: Estate of Smith, John. Where somebody is, or for whom: Jane Doe at Acme.
    (rf"^(?:[Tt]he |THE |[Ii]n the |IN THE |[Bb]aby |BABY )?(?:{_OF}) (?:of|OF) (?:the late )?", ""),
    (rf"^The ({_OF_FAMILIES})s$", r"\1 Family"),
    # Letters: Best regards, Jane Doe; Jane Doe wrote:. Parties, and devices in a call: Jane Doe's iPhone.
    (rf"^(?=[^,]+, )(?:[^ ,]+ )*(?:{_CLOSINGS}), (?=[^ ,]+ [^ ,])", ""),
    (r"^([^ ]+(?: [^ ]+)*?) party of \d+$", r"\1"),
    (rf"^((?![a-zß-ÿ])[^ ]+ [^ ].*?),? (?:{_AFTER_NAME})$", r"\1"),
    (rf"^([^ ]+ [^ ].*?)['’]s? (?:{_DEVICES})(?: .*)?$", r"\1"),
    (rf"^(?:{_DEVICES}) (?:de|di|van|von) (?=[^ ])", ""),
    (rf"^([^ ]+ [^ ].*?) (?:{_PHRASES}) .*$", r"\1"),
    (r"^(.*[^ ,]),? ET (?:AL|UX|VIR)\b.*$", r"\1"),
    (rf"^([^ ]+ [^ ].*{_L}) m\. [A-ZÀ-ÖØ-Þ].*$", r"\1"),  # who is married
    (r"^(M(?:rs?|s|iss)\.? [^ ,'’]{3,})['’]s? .*$", r"\1"),  # Mr. Smith's class
    # A letter of application, a list of telephones: CV - Jane Doe, Jane Doe Resume 2023, Jane Doe mob.
    (rf"^(?:[Cc]urriculum [Vv]itae|CURRICULUM VITAE|{_RESUME})(?: (?:of|OF|[-–—]))? (?=[^ ]+ [^ ])", ""),
    (rf"^([^ ]+ [^ ].*?)(?: [-–—])? (?:{_RESUME})(?: \d{{4}})?$", r"\1"),
    (rf"^([^ ]+ [^ ].*?)(?: [-–—])? (?:{_PHONE})$", r"\1"),
    (r"^ICE(?: [-–—:])? (?=[^ ]+ [^ ])", ""),
    # What precedes a name: by Jane Doe, The Most Rev. John Smith, ИП Иванов, Tan Sri Lee, ifj. Nagy Péter.
    (r"^(?:[Bb]y|BY) (?=[^ ,]+ [^ ,])", ""),
    (r"^(?:[Tt]he )?(?:Most|Right|Rt|Very) (?=(?:Rev|Hon)[a-z]*\.? )", ""),
    (rf"([^ ,;]) the (?=(?:Rt|Right|Rev|Hon|{_PEERS})[a-z]*\.? [^ ])", r"\1 "),
    (r"^H\. ?E\. (?=[^ ]+ [^ ])", ""),
    (r"^(?:ИП|ФОП) (?=[^ ]+ [^ ])", ""),
    (r"^(?:Tan|Dat[^ ]+) (?:Sri|Seri) (?=[^ ])", ""),
    (r"^(?:id|ifj|özv)\. ([^ .,]+) ([^,]+)$", r"\1, \2"),
    (r"^([^ .,]+) ([^ ,]+) (?:id|ifj|özv)\.$", r"\1, \2"),
    (r" (?:der (?:Ältere|Jüngere)|the (?:[Ee]lder|[Yy]ounger))$", ""),
    # Honorifics after a name, and the surname from birth: Tanaka-san, Ahmet Yılmaz Bey, Anna Berg f. Holm.
    (r"^([^,]*[^ ,]{3})[ -](?:san|sama|sensei)$", r"\1"),
    (r"^([^ ]+ [^ ]+) (?:Bey|Efendi|Hanım)$", r"\1"),
    (rf"({_L}{{2}}) f\. (?=[A-ZÀ-ÖØ-Þ])", r"\1 née "),
    # Cricket: of two who dismiss a player, the first.
    (r"^(?:c|st) (?:[†+] ?)?([A-ZÀ-ÖØ-Þ][^&]*) b ([A-ZÀ-ÖØ-Þ].*)$", r"\1; \2"),
    # Titles in the middle, and after capitals, as airlines write: Smith Mr John, SMITH JOHN MRS.
    (rf"^(?=[^ ]+ M)((?!(?:{_BEFORE_MR}) )[^ ,.&]{{2,}}) {_MR}\.? ([^ ,&]+(?: [^ ,]+)*)$", r"\1, \2"),
    (rf"^({_PARTICLES_IN_CAPITALS}{_UPPER}) ({_UPPER}(?: {_UPPER})?) (?:MRS?|MISS|MSTR)$", r"\1, \2"),
    # Countries: USA - John Smith, GER Anna Berg, Anna Berg GER.
    (rf"^(?:{_CODES})(?: [-–—:])? ([^ ]+ [^ ])", r"\1"),
    (rf"^([^ ]+ [^ ]+(?: [^ ]+)*?)(?: [-–—])? (?:{_CODES})$", r"\1"),
    # Another spelling, a generation of Portuguese: Smith or Schmidt, John; Almeida Filho, Ana.
    (r"^([^ ,]+) (?:or|ou|oder|alias) [A-ZÀ-ÖØ-Þ][^ ,]*,", r"\1,"),
    (r"^([^ ,]+) (?:Filho|FILHO|Sobrinho|SOBRINHO),", r"\1,"),
    # Particles after a surname or a given name: Gogh van, Vincent; Gaulle (Charles de); Masri, Bashar al-.
    (rf"^([A-ZÀ-ÖØ-Þ][^ ,()]+) \(?((?:{_PARTICLES})(?: (?:{_PARTICLES}))*)\)?, ([^,]+)$", r"\1, \3 \2"),
    (rf"^([A-ZÀ-ÖØ-Þ][^ ,()]+) \(([^(),]+ (?:{_PARTICLES}))\)$", r"\1, \2"),
    (r"^([^ ,]+), ([^,]+) ([aAeE][dlnrstz]-|[dDlL]['’])$", r"\3\1, \2"),
    # … without a comma: Waals JD van der.
    (rf"^([A-ZÀ-ÖØ-Þ][^ ,]+) ([^,]*[^ ,])((?: (?:{_PARTICLES}))+)$", r"\1, \2\3"),
)  # fmt: skip
# What a text has that may be plainer: one of these signs, of these ends, or of these words between spaces.
_SIGNS: Final = rf"[{_PICTURES}$\\(\[/|:•·●▪‣∙⋅*~^_\d（）@=<∗⁎＊]|\.[A-Z]{{1,2}}$"
_ENDS: Final = ("-", "'", "’", ".", *(f"-{word}" for word in sorted(lists.HONORIFICS_LAST)))
_WORDS_OF_FORMS: Final = (
    "- – — Ph. f. of OF by By BY ИП ФОП id. ifj. özv. Most Right Rt Very Sri Seri Ältere Jüngere elder Elder "
    "younger Younger M Mr Mrs Ms Miss MR MRS MS MISS MSTR M. Mr. Mrs. Ms. Miss. MR. MRS. MS. MISS. MSTR. "
    "the H.E. Sc Sc. Eng Eng. ET m. ICE CV cv Curriculum curriculum CURRICULUM Resume resume Résumé résumé "
    "RESUME RÉSUMÉ mob cell handy gsm Mob Mobile Cell GSM NEW OLD fu tou tis out c st ou alias son "
    "WhatsApp Whatsapp lbw VP SVP EVP AVP CEO CFO COO CTO CIO eds eds. Eds Eds."
    " Th. Ch. Ph. Chr. The Dear Hello Hi To From For"
)
NAMED: Final = (
    lists.HONORIFICS_LAST | lists.PHRASES | lists.COUNTRY_CODES | set(_WORDS_OF_FORMS.split())
    | {f"{word}," for word in lists.PARTICLES_LAST} | lists.RELATIVES | lists.SAID | set(_DEVICES.split("|"))
    | {f"{word}," for word in (*_CLOSINGS.split("|"), "Filho", "FILHO", "Sobrinho", "SOBRINHO")}
)  # fmt: skip


@lru_cache(maxsize=1 << 12)  # a text is asked of several times while it is read
def plainer(text: str) -> str:
    """A text with single spaces as it is written plainly; itself if it is."""
    if not may_have_form(text):
        return text
    plain = text
    for pattern, replacement in _compiled():
        if pattern.search(plain):  # as few do: to replace nothing takes longer
            plain = pattern.sub(replacement, plain)
    plain = " ".join(plain.split())
    return plain if any(map(str.isalpha, plain)) else text


def may_have_form(text: str) -> bool:
    """Whether a text may be plainer, judged by its signs and by some of its words."""
    if not text.replace(" ", "").isalpha():
        if text.endswith(_ENDS) or text.startswith(("'", '"')):
            return True
        if re.search(_SIGNS, text):  # compiled when first used, as it takes a start milliseconds
            return True
    words = text.split(" ")
    return words[-1] in lists.PARTICLES_LAST or not NAMED.isdisjoint(words)


@cache
def _compiled() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), replacement) for pattern, replacement in FORMS]
