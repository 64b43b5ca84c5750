//! The words that say what the number beside them counts, and words that are numbers.

use crate::language::token::Token;

/// Words, folded, by what they say of the number beside them.
pub(super) struct Words(&'static str);

impl Words {
    /// Whether a token is one of them.
    pub(super) fn has(&self, token: Option<&Token>) -> bool {
        token
            .is_some_and(|token| token.is_word() && self.0.split(' ').any(|word| word == token.key))
    }
}

pub(super) const HEIGHT_WORDS: Words = Words(
    "зрист зросту зростом зросте зрости рост роста росту ростом росте рист ростик ростовка \
     височина height tall",
);
pub(super) const SIZE_WORDS: Words = Words(
    "розмир розмиру розмири розмиром размер размера размеру размери розмер розмера размером \
     розмирив р size",
);
pub(super) const CM_WORDS: Words =
    Words("см сантиметр сантиметри сантиметрив сантиметров cm сантиметра");
pub(super) const METRE_WORDS: Words = Words("м метр метра метри m");
pub(super) const YEAR_WORDS: Words = Words(
    "рик рок роки року рокив рокы рочки рочкив рочок год года годик годика годиков годикив годочок годочкив лет годи г \
     рички y yo years year",
);
pub(super) const MONTH_WORDS: Words =
    Words("мис мисяць мисяц мисяци мисяцив месяц месяца месяцев мес months");
pub(super) const AGED_STEMS: &[&str] = &["ричн", "летн", "рочн"];
pub(super) const CHILD_WORDS: Words = Words(
    "нам ий иому йому ей ему дитини дитина донци донечци доня дони доничци сину синови синочку \
     ребенку дочке дочци дивчини дивчинци хлопчику малюку виком вик возраст доци внучци внучке \
     онуци племинници старший старшому меншому менший молодший старшой младшей",
);
pub(super) const PIECE_WORDS: Words = Words(
    "шт штук штуки штука одиниц одиници единиц комплекти комплекта костюми костюма костюмив \
     костюмов костюмчики сукни суконь сукон плаття платя тренчи тренча тренчив пари таких такие \
     таки",
);
pub(super) const BRANCH_STEMS: &[&str] =
    &["видделенн", "виддилен", "видилен", "виделен", "отделен", "поштомат", "почтомат", "поштамат"];
pub(super) const BRANCH_WORDS: Words =
    Words("вид виддил отд нп виддел видд вд пошта пошти пошт почта почти");
pub(super) const MONEY_WORDS: Words =
    Words("грн гривен гривн гривни гривня гривень гр uah гривна рублей");
pub(super) const MONEY_BEFORE: Words =
    Words("цина цини цину вартист сума суму цена цени цену бюджет");
pub(super) const OTHER_UNITS: Words = Words(
    "днив дни ден дня дней годин години годину хв хвилин минут кг килограм килограмив килограмм \
     раз рази разив клас класс тижни тиждень тижнив числа лютого сичня березня квитня травня \
     червня липня серпня вересня жовтня листопада грудня дитей дитини дитинки доньки сини двоих \
     кольори кольорив колори людей людини фото процент процентив видсоткив видсотки",
);
pub(super) const WEIGHT_WORDS: Words =
    Words("кг килограм килограма килограмив килограмм килограммов");
pub(super) const HOUSE_WORDS: Words = Words(
    "буд будинок будинку дом дома кв квартира квартири квартиру корпус корп пидизд подизд подезд \
     поверх етаж номер код школа школи пид",
);
/// What stands behind the number of a house.
pub(super) const FLAT_WORDS: Words =
    Words("кв квартира квартири квартиру корпус корп пидизд подизд подезд поверх етаж");

/// Numerals, folded, from one to nineteen.
pub(super) const NUMERALS: [&str; 19] = [
    "один одна одну одне рик",
    "два дви две двое",
    "три трое",
    "чотири четире",
    "пят",
    "шист шест",
    "сим сем",
    "висим восем",
    "девят",
    "десят",
    "одинадцят одиннадцат",
    "дванадцят двенадцат",
    "тринадцят тринадцат",
    "чотирнадцят четирнадцат",
    "пятнадцят пятнадцат",
    "шистнадцят шестнадцат",
    "симнадцят семнадцат",
    "висимнадцят восемнадцат",
    "девятнадцят девятнадцат",
];

/// Stems of ordinals, folded, from the first to the tenth.
pub(super) const ORDINALS: [&str; 10] = [
    "перш перв",
    "друг втор",
    "трет",
    "четверт",
    "пят",
    "шост шест",
    "сьом сем седьм сом",
    "восьм восм",
    "девят",
    "десят",
];

/// "Сьомий рік пішов".
pub(super) const GOES_ON: Words = Words("пишов йде иде пошел идет пишло");

/// "З половиною", "с половиной".
pub(super) const HALF_WORDS: Words = Words("половиною половиной половинкою");

/// Small words between a number and the word that says what it counts.
pub(super) const SMALL_WORDS: Words =
    Words("на в у це номер до приблизно десь около майже вже и а маемо");

/// Tens, folded, as heights have them.
pub(super) const TENS: [(&str, u32); 15] = [
    ("десят", 10),
    ("двадцят", 20),
    ("двадцат", 20),
    ("тридцят", 30),
    ("тридцат", 30),
    ("сорок", 40),
    ("пятдесят", 50),
    ("шистдесят", 60),
    ("шестдесят", 60),
    ("симдесят", 70),
    ("семдесят", 70),
    ("висимдесят", 80),
    ("восемдесят", 80),
    ("девяносто", 90),
    ("девянисто", 90),
];

/// Hundreds, folded, from one to nine.
pub(super) const HUNDREDS: [&str; 9] = [
    "сто",
    "двисти двести",
    "триста",
    "чотириста четиреста",
    "пятсот",
    "шистсот шестсот",
    "симсот семсот",
    "висимсот восемсот",
    "девятсот",
];
