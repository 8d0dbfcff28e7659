"""The words that tell where a surname begins and ends in a full name; the rules are in `names`.

Words are compared without regard to case, and without dots or other punctuation around them, unless a comment
says otherwise. No list of names is among them, but for closed sets of common surnames: those of nine in ten
Vietnamese (and their middle names), of most Chinese and Koreans, in Latin letters and in their own, without
which no rule can tell that a surname comes first; and common ones of the Spanish, without which none can tell
where the first of their two begins.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that belong to the surname after them, in upper and lower case …
PARTICLES: Final = _words(
    "abd abdal abdel abdoul abdul abdur abou abu ait aït bint binte binti bte d' da dal dall' dalla das de "
    "arap de' degli dei del dela della delle delos dell' dello den der di do dos du el giolla ibn l' la las "
    "le lo los mc mhac o' ould bt saint sainte san santa st 't ten ter umm van van't vande vanden vander vd "
    "v.d v/d von vom zum zur mhic ní ó uí "
    "عبد ابو أبو ابن بن بنت بو آل ال אבו אבן בן בר בת"
)
# … in lower case or before another particle only, because they are given names or surnames too …
SMALL_PARTICLES: Final = _words(
    "aan ab af am ap auf aus av bar bat des ferch het im in op te uit v verch wa zu "
    "ван да де дер дю ибн ла ле фон"
)
# … unless they are the first word, where they are given names: Al Pacino, but Salem Al Dawsari.
INNER_PARTICLES: Final = _words("abi al ben bin fitz les mac mint nic")
# Between the two parts of a surname, in lower case: Ortega y Gasset, Costa e Silva, von Berg und Thal.
JOINERS: Final = _words("y e i und et")
# Between the first word of a surname and what follows it: García de la Cruz, where no given name begins so.
OF: Final = _words("da das de degli dei del della di do dos von van")
# The second word of one name: Salah al-Din.
SECOND_WORDS: Final = _words("al-din ad-din ud-din el-din الدين الله")

TITLES: Final = _words(
    "datuk dato' encik puan paní signor signora signorina "
    "lady baroness sister brother father rabbi archbishop lieutenant colonel sheikha shaykh hajah "
    "ayatollah ustaz ustad maulana bapak ibu kyai weizero woizero fräulein gräfin freiherr freifrau "
    "abbé sœur fru frk fröken herra rouva neiti härra proua kungs kundze ponas ponia slečna gospodin "
    "gospođa gospa doamna domnul sayın zoti zonja κοσ κα κύριοσ κυρία господин госпожа пані السيد "
    "السيدة الشيخ 議員 议员 教授 博士 總統 总统 主席 部長 部长 "
    "mr mrs ms miss mx dr prof sir rev hon capt col lt sgt herr frau mme mlle madame monsieur sra srta señor "
    "abgeordneter ambassador captain cllr commissioner comrade congressman congresswoman corporal councillor "
    "councilman deputado deputy detective diputado governor inspector kommissar maître minister ministre "
    "onorevole poseł professor representative senator statsråd "
    "señora dott ifj özv г-н г-жа ing mag mgr dipl dipl-ing dhr drs doña dña dra mevr mevrouw mw prof profa "
    "shri smt"
)
# … and in capitals only, which also follow names.
CAPITAL_TITLES: Final = _words("CEO CFO COO CTO FAO RIP HRH ATTN FNU")
# After a name, in upper and lower case: generations, degrees, honours, offices …
SUFFIXES: Final = _words(
    "estate jr sr jnr snr hons junior júnior senior hijo family iii 2nd 3rd 4th 5th 2d 3d mr mrs ms "
    "miss dr prof phd md dds dmd dvm esq esquire msc bsc mba mfa mph mphil cpa jd dphil edd psyd pharmd csc "
    "junr senr ml drsc llb llm lld mbbs frcs frcp facs frs obe mbe cbe kbe "
    "dbe gbe cmg kcmg gcmg cvo kcvo frse fba facp mrcp mrcs fcca acca mep msp mdb ret ifj "
    "facc facog faan fracp frcog frsa mrcog ofm osb osf "
    "executor executrix administrator administratrix trustee trustees deceased decd dec'd heirs"
)
# … which are surnames after one word: Susan Senior, but John Smith Senior; Jane Mba, but Jane MBA …
SUFFIXES_OR_SURNAMES: Final = _words("senior junior júnior esquire Mba")
# … after a surname, not after a given name: dos Santos Filho …
SUFFIXES_OF_PORTUGUESE: Final = _words("filho sobrinho")
# … and spelled exactly so, because these are surnames too: Ii, Vi, Pe, Peng.
CAPITAL_SUFFIXES: Final = CAPITAL_TITLES | _words(
    "II IV VI VII VIII IX XII XIII XIV XV XVI MP QC KC RN PE BEng CEng MEng PEng BEM DSO OAM RAF RAAF USAF "
    "USN USMC ACA FCA CISSP LNU Oxon Cantab ASC AIA MLA MLC MHR fils père"
)
# … and these after a comma only: Jack MA.
SUFFIXES_AFTER_COMMA: Final = _words("BA MA BS MS")

# … and these with dots, where initials may stand as well: Anna Berg, S.J.
DEGREES: Final = _words(
    "BA BE BS BSN CA CM CPA DC DD DDS DO DSc DVM EdD FRS JD JP LLB LLM MA MBA MD MEd MP MPH MS MSc MSW "
    "OD OFM OP OSB PA PE PharmD PhD QC KC RA RD RN RPh SJ SM SSJ"
)

# Before the surname that somebody had from birth, in lower case but for Née. Born and Nee are surnames.
BORN: Final = (
    "os", "o.s", "szül", "née", "Née", "nee", "né", "geborene", "geb", "born", "født", "född", "rozená",
    "roz", "rođ", "z domu", "z d", "nata", "nacida", "nascida", "rođena", "урождённая", "урожденная", "урожд",
)  # fmt: skip
# Before the one whose child, wife or widow somebody is, in the lower case; s/o and its like besides.
RELATIONS: Final = _words("viuda vda του της")
# Before another name of the same person, the one of a husband or a role, and before how a message was sent.
ALIASES: Final = _words(
    "otherwise "
    "aka AKA a/k/a A/K/A f/k/a n/k/a alias fka formerly genannt dit dite via épouse ÉPOUSE ép. veuve VEUVE "
    "vve ved. vedova verh. verw. e.v. ... …"
)
# Before where somebody is, for whom, or in whose care, after two words of a name and in this case.
PHRASES: Final = _words(
    "at from dba DBA d/b/a D/B/A t/a T/A plus attn: Attn: ATTN: attn Attn ATTN c/o C/O individually oder or "
    "on for på från fra"
)
# Particles that catalogues put after the given name, in lower case.
PARTICLES_LAST: Final = _words("van von de der den ten ter te du di da del della dos das")
# Countries that nobody has as a given name: Jane Doe, Germany.
COUNTRIES: Final = _words(
    "algeria argentina australia austria bangladesh belarus belgium brasil brazil bulgaria cameroon canada "
    "colombia croatia czechia denmark deutschland ecuador egypt england españa estonia ethiopia finland "
    "germany ghana greece guatemala hungary iceland indonesia iraq italia italy japan kazakhstan latvia "
    "lithuania malaysia mexico morocco netherlands nicaragua nigeria norway pakistan paraguay peru "
    "philippines poland polska portugal qatar romania russia scotland senegal serbia singapore slovakia "
    "slovenia spain suomi sverige sweden switzerland taiwan thailand tunisia turkey uganda uk ukraine "
    "uruguay usa uzbekistan venezuela vietnam wales zambia zimbabwe"
)
# Countries as the lists of sports have them, in capitals, but for those that are common surnames.
COUNTRY_CODES: Final = _words(
    "ALG ARG AUS AUT AZE BLR BRA BUL CHN CIV CMR CRC CRO CYP CZE DEU ECU EGY ESP "
    "ETH EUN EUR FIN FRA FRG GBR GDR GER GHA GRE HKG HRV IRI IRL IRN IRQ ISL ISR ITA "
    "JPN KAZ KOR KSA LAT LTU MDA MEX MGL NED NGR NIR NLD NOR NZL PHI PHL POR PRK PRT PUR QAT "
    "ROU RSA SCO SGP SLO SRB SVK SVN SWE SYR TPE UAE UKR URS URU USA UZB VNM YUG ZAF ZIM"
)
# Before "of" and a name: Estate of Smith, John.
BEFORE_OF: Final = _words(
    "estate household heirs hrs family guest guests friend friends child children matter boy girl daughter "
    "son wife widow husband parent parents baby infant"
)
# Who somebody is in a household, after two words of a name and in lower case: Mary Smith wife.
RELATIVES: Final = _words(
    "wife widow widower husband son daughter dau head boarder lodger servant visitor spouse inmate stepson "
    "stepdaughter grandson granddaughter niece nephew"
)
# After the name of who wrote, in lower case; before the name of who signs a letter, with a comma.
SAID: Final = _words("wrote writes says commented replied posted asked on schrieb schreibt")
CLOSINGS: Final = _words(
    "regards sincerely yours thanks faithfully wishes grüße grüßen cordialement saludos saluti groet groeten "
    "hilsen hälsningar atentamente atenciosamente"
)
# Honorifics after a name: Tanaka san, Ahmet Yılmaz Bey.
HONORIFICS_LAST: Final = _words("san sama sensei Bey Efendi Hanım")
# Between the names of two people, in lower case. And is a surname.
AND: Final = _words("and & + und u. et och og with AND vs vs. versus feat feat. ft.")
# … and between two of several words each: elsewhere these are initials, particles or syllables.
AND_OF_FULL_NAMES: Final = _words("a en ja v v. ve и і та")

# Nine in ten Vietnamese bear one of these; where the first word is one and the last is not, it comes first.
VIETNAMESE: Final = _words("nguyen tran pham huynh hoang phan vu vo dang bui ngo duong")
# These are particles or names elsewhere: only before the middle names that most Vietnamese have.
VIETNAMESE_BEFORE_MIDDLE: Final = _words("le do ho ly")
VIETNAMESE_MIDDLE: Final = _words("van thi")

# Most Chinese bear one of these, in pinyin, and most Koreans one of those; they come first before a given
# name of two syllables. Left out are those that are given names elsewhere: Lin, Han, Yan, Lu …
CHINESE: Final = _words(
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao luo zheng liang xie song "
    "tang feng deng cao peng zeng xiao tian dong pan yuan cai jiang yu ye cheng wei ding yao shen "
    "zhong cui tan fan shi liao jia xia fu fang zou xiong bai meng qin qiu hou yin xue duan hao shao mao "
    "wan gu qian xi wen jiao gong"
)
# … of which these are hardly ever given names: Zhang Wei, though Wei is a surname too …
CHINESE_NEVER_GIVEN: Final = _words(
    "zhang wang liu zhao huang zhou sun ma gao luo xie deng cao zeng pan jiang liao fu zou bai hou duan shao "
    "gu gong tang cai"
)
# … and these more often than surnames: Chen Wei.
CHINESE_OFTEN_GIVEN: Final = _words(
    "yang yu peng fang liang hao cheng wen xia qian qin feng fan dong wei jia xue"
)
CHINESE_OF_TWO: Final = _words("ouyang shangguan sima situ zhuge huangfu murong linghu")
KOREAN: Final = _words(
    "kim lee park choi jung jeong kang cho yoon yun jang lim han oh seo shin kwon hwang ahn song ryu yoo "
    "hong moon yang bae baek heo nam noh joo koo son ban"
)
# … which, with some others, do not tell where a surname ends the name.
CHINESE_TOO: Final = _words("lin lu yan su du dai lai chan chang")
# Those Korean surnames that are given names elsewhere: Kim Hanson, Shin Sato.
KOREAN_OR_GIVEN: Final = _words("kim lee lim han hong moon nam shin son song yang yun ban")
# The particles that are syllables of Korean given names: Kim Do Hoon, but Kim Du Pon.
PARTICLES_OR_KOREAN: Final = _words("da do san")

# Common surnames of the Chinese of Singapore, Malaysia and Hong Kong, in their languages.
CHINESE_ABROAD: Final = _words(
    "ang chan chee cheong cheung chew chia chin chong chow chua chung fong foo fung goh heng ho kam khoo "
    "koh kok kong kwan kwok lam lau lee leong leung lim liew loh loke low mok ng ong ooi pang phua poon "
    "quek seah sim soh tan tay teh teo toh tsang tse wong yap yee yeo yeoh yip"
)
# Half of all Spaniards bear one of these, which are no given names: what follows is their second surname.
SPANISH: Final = _words(
    "garcia ruiz diaz munoz ortiz gonzalez rodriguez fernandez lopez martinez sanchez perez gomez jimenez "
    "hernandez alvarez gutierrez dominguez vazquez vasquez ramirez suarez nunez mendez marquez velasquez "
    "velazquez gimenez ibanez benitez estevez melendez menendez chavez galvez juarez paez pelaez baez "
    "bermudez narvaez ordonez valdez yanez"
)

# Endings of fathers' names, which come last in "Ivanov Ivan Ivanovich": those of women, and of men where a
# surname before them, or the script, says that they are no surnames.
PATRONYMICS: Final = (
    "овна", "евна", "ична", "івна", "ївна", "аўна", "еўна", "ович", "евич", "авіч", "евіч", "ильич",
    "ұлы", "қызы", "ovna", "evna", "ichna", "ivna",
)  # fmt: skip
PATRONYMICS_OR_SURNAMES: Final = (
    "ovich",
    "evich",
    "ovych",
    "evych",
    "avich",
    "ilyich",
    "фомич",
    "лукич",
    "кузьмич",
)
BEFORE_PATRONYMICS: Final = (
    "ov", "ev", "in", "yn", "sky", "skiy", "skii", "ko", "uk", "ich", "yan", "dze", "oy", "ов", "ев", "ин"
)  # fmt: skip
# Endings of surnames, which come first where the other of two words has none: Попов Иван, Kowalski Jan …
ENDINGS_OF_SURNAMES: Final = (
    "ов", "ев", "ёв", "єв", "ова", "ева", "ёва", "єва", "ский", "ская", "цкий", "цкая", "ський", "ська",
    "цький", "цька", "енко", "чук", "швили", "дзе", "ov", "ova", "ski", "sky", "skiy", "skaya", "enko",
    "shvili", "adze", "idze", "յան", "შვილი", "ძე",
)  # fmt: skip
# … but for those of given names.
GIVEN_NAMES_SO_ENDING: Final = _words(
    "любов параскев парашкев еленко невенко зденко генко ленко ненко пенко сенко ченко шенко yakov jakov "
    "iakov yaakov lyubov liubov ljubov khosrov xosrov zdenko"
)

# "Son of" and "daughter of" after a father's name: Əliyev Vüqar Həsən oğlu, Назарбаев Нурсултан Әбішұлы.
SON_OR_DAUGHTER: Final = _words(
    "oğlu oglu ogly oghlu o'g'li qızı qizi kyzy qyzy оглы оғлы оглу кызы қызы ұлы улы"
)

# Two syllables, where nearly all Korean and Chinese surnames have one.
HANGUL_OF_TWO: Final = _words("남궁 황보 제갈 사공 선우 서문 독고 동방")
# Half of the Chinese bear one of these, simplified or not; no common Japanese surname begins with one.
HAN_OF_ONE: Final = frozenset("王李张張刘劉陈陳杨楊赵趙黄黃吴吳徐孙孫")

# First words of places, which nobody is called: Jane Doe, New York.
BEGIN_PLACES: Final = _words("new los las san south north east west united")
# What ends a name of several words that a place or a role follows.
AFTER_NAMES: Final = _words("of as the in die")

# What else stands in columns of names (see `things`). Last words of places, trades, offices, jobs: few or no
# people are called so …
NOUNS: Final = _words(
    "academy accountant address administrator advisor agency agent airport airways america analyst "
    "apprentice architects army assistant associates attorney auditor authority avenue bakery birth café "
    "candidate cashier centre chairman chairperson chairwoman city clinic college communications "
    "community consultancy consultant consultants consulting coordinator counselor dentist desk "
    "developer development director division economist editor editors education electrician electronics "
    "employee energy engineer engineering engineers enterprises entrepreneur europe executive express "
    "federation general global goalkeeper imports industries insurance international investments "
    "journalist laboratories laboratory landscaping lawyer lecturer librarian library logistics "
    "machinist management manager marketing mechanic midfielder motors museum nations network networks "
    "number operator owner parliament partners partnership payable pharmaceuticals pharmacist pharmacy "
    "photographer physician plumbing position president productions professor programmer programs "
    "projects properties publishers publishing railway realty receptionist records recruitment relations "
    "repair repairs representative republic researcher resources restaurant retired road school sciences "
    "scientist secretary security services society software solutions specialist states station "
    "strategist studio studios supervisor supplies support systems teacher technician technologies "
    "technology telecom therapist title traders trading trainee translator transport treasurer union "
    "university "
    "athletic hotspur invoice juniors office order quantity receipt status voucher ventures volunteer "
    "widgets workshop writer hospital institutes reporter rovers services united wanderers bros brothers "
    "ipad iphone macbook"
)
# … and, of eight letters or more, those that end as no surname does …
ENDS_OF_NOUNS: Final = (
    "ation", "ations", "ities", "ology", "ologies", "graphy", "ships", "gesellschaft", "verband", "verein",
    "vereinigung", "stiftung", "ministerium", "zentrum", "maatschappij", "universiteit", "stichting",
    "zación", "zação", "azione", "ство", "ция",
)  # fmt: skip
# … who goes to court against somebody: State v. Smith …
AT_COURT: Final = _words("commonwealth crown king people queen regina rex state states")
# … titles of people after "The": The Lord Smith of Finsbury …
AFTER_THE: Final = _words(
    "anh late baron baroness countess dame duchess duke earl honorable honourable king lady lord marchioness "
    "marquess most prince princess queen reverend right rt sheriff truong van very viscount viscountess"
)
# … which people are called, but not as a given name, and so tell after a comma or a dash: Jane Doe, Nurse …
OCCUPATIONS: Final = _words(
    "actor actress ambassador appellant artist barrister blacksmith builder butcher captain carpenter chair "
    "chancellor chef clerk composer contractor councillor defendant dentist deputy doctor driver farmer "
    "fellow fireman footballer founder freelancer home housewife illustrator intern labourer laborer leader "
    "mayor minister mobile musician nurse officer organist painter pensioner pianist pilot plaintiff plumber "
    "poet policeman presenter priest private producer pupil referee respondent salesman scholar senator "
    "singer soldier solicitor speaker student surgeon trainer tutor unemployed violinist widow witness witwe "
    "work"
)
# … first words, before a name: Hotel Bristol, Amtsgericht Bonn, Banco Santander …
BEFORE_NAMES: Final = _words(
    "amtsgericht apotheke asociación associação associazione autohaus ayuntamiento bäckerei banco "
    "boulangerie bürgermeisteramt café colegio comune escuela farmacia finanzamt fundación fundação "
    "atlético bayern deportivo eintracht fenerbahçe galatasaray juventus shakhtar slavia sporting "
    "gemeinde gimnasio grupo advisory average afc borussia cska customer deutsche deutscher deutsches "
    "digital dinamo dynamo editorial european federal federazione fédération financial human international "
    "fc garage gasthaus gasthof osteria praxis salon taxi trattoria "
    "lokomotiv medical ministère municipal national olympique public regional social spartak syndicat "
    "technical united world vfb vfl hochschule hotel hôpital instituto istituto kanzlei landkreis "
    "landratsamt conference meeting iphone ipad macbook savings methodist lutheran "
    "lycée metzgerei ministerio ministero ministério pizzeria restaurant restaurante ristorante società "
    "société sparkasse staatsanwaltschaft stadtverwaltung universidad universidade università université "
    "universität volksbank"
)
# … two words or more that say that there is no name, or head a column: Not Provided, Surname, First name …
OF_NO_NAME: Final = _words(
    "account advised all anonymous applicable as assigned attached available confirmed credit data deceased "
    "decided deleted determined disclosed entered entry family female filled first firstname forename "
    "forenames full given identified information last lastname legible listed maiden male middle missing "
    "name named names no none not occupant page person position provided recorded removed reported required "
    "response resident see selected specified stated supplied surname surnames test to be tba tbd "
    "undisclosed "
    "unidentified unknown unnamed unspecified user username vacant value was withheld yet by request"
)
# … and words of sentences, in lower case.
IN_SENTENCES: Final = _words(
    "the this that these those is are was were been not your our their please which will would does did "
    "has have had here there than but when any yet before into me need must "
    "don't doesn't can't nicht kein keine ist sind wird bitte siehe est sont pour voir pas por para "
    "está não niet geen zie inte nie не"
)
