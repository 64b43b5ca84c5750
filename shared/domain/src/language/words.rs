//! Words that say what a figure, a colour or a name beside them is, folded: the reading in
//! `perceive/` looks for them, and they are all here.

use super::token::Token;

/// Whole words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words(&'static [&'static str]);

/// The beginnings of words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stems(&'static [&'static str]);

impl Words {
    /// Whether a token is one of them.
    pub(crate) fn has(self, token: &Token) -> bool {
        self.has_key(&token.key)
    }

    /// The same of a token's key.
    pub(crate) fn has_key(self, key: &str) -> bool {
        self.0.contains(&key)
    }
}

impl Stems {
    /// Whether a token begins with one of them.
    pub(crate) fn has(self, token: &Token) -> bool {
        self.has_key(&token.key)
    }

    /// The same of a token's key.
    pub(crate) fn has_key(self, key: &str) -> bool {
        self.0.iter().any(|stem| key.starts_with(stem))
    }
}

/// Takes back what follows.
pub(crate) const NOT: Words = Words(&["не"]);

/// The same, grown together with it as well.
pub(crate) const NOT_AT_ALL: Stems = Stems(&["не"]);

/// Leads from what is given to what is wanted instead.
pub(crate) const ON: Words = Words(&["на"]);

/// Beside the heights and sizes of children.
pub(crate) mod children {
    use super::{Stems, Words};

    /// Before a height that is not wanted any more.
    pub(crate) const NOT_ANY_MORE: Words = Words(&[
        "замист",
        "вместо",
        "ниж",
        "чем",
        "торик",
        "минулого",
        "минулий",
        "прошлом",
        "ранише",
        "ранше",
        "носимо",
        "носим",
        "носили",
        "носила",
        "носит",
        "брали",
        "брала",
        "купували",
        "було",
        "був",
    ]);

    /// Behind a height that a child has outgrown.
    pub(crate) const OUTGROWN: Stems = Stems(&["замал", "малуват", "тисн", "тесн", "впритик"]);

    /// Between two things of which one is to be.
    pub(crate) const EITHER: Words = Words(&["чи", "або", "или", "либо"]);

    /// Between two things of which both are to be.
    pub(crate) const BOTH: Words = Words(&["и", "та", "й", "плюс", "да"]);

    /// By which a second height is a size thought of for the first.
    pub(crate) const THOUGHT_OF: Words = Words(&[
        "брати",
        "взяти",
        "брат",
        "взят",
        "замовити",
        "замовляти",
        "купити",
        "розмир",
        "размер",
        "краще",
        "лучше",
        "може",
        "можна",
        "можно",
        "буде",
        "але",
    ]);

    /// Of changing one thing for another.
    pub(crate) const CHANGES: Stems =
        Stems(&["помин", "замин", "змин", "миня", "помен", "замен", "меня"]);

    /// Before two things of which one is to be.
    pub(crate) const BETWEEN: Words = Words(&["миж", "между"]);

    /// Before a height that a child is to grow into.
    pub(crate) const TO_GROW_INTO: Words = Words(&["вирист", "вираст", "вирост", "запас"]);

    /// Of a size that suits.
    pub(crate) const SUITS: Stems = Stems(&["пидийд"]);
}

/// Beside what is told of the recipient of a parcel, or told anew.
pub(crate) mod recipient {
    use super::{Stems, Words};

    /// Behind which stands a surname.
    pub(crate) const SURNAME: Words = Words(&["призвище", "призвища", "фамилия", "фамилию"]);

    /// Behind which stands a first name.
    pub(crate) const FIRST_NAME: Words = Words(&["имя", "имям", "звати", "зовут"]);

    /// Behind which a name stands as it should be.
    pub(crate) const AS_IT_IS: Words = Words(&[
        "отримувач",
        "отримувача",
        "отримувачка",
        "получатель",
        "получател",
        "пиб",
        "фио",
        "правилно",
        "правилне",
        "вирно",
        "напишит",
    ]);

    /// By which what was told is wrong.
    pub(crate) const WRONG: Stems =
        Stems(&["неправилн", "невирн", "неверн", "помил", "ошиб", "перепут", "наплут"]);

    /// Of what comes last.
    pub(crate) const LAST: Stems = Stems(&["остан", "послед"]);

    /// Of digits.
    pub(crate) const DIGITS: Stems = Stems(&["цифр"]);

    /// Behind "не", by which what was told is wrong.
    pub(crate) const NOT_THIS_ONE: Words =
        Words(&["той", "тот", "те", "та", "то", "моя", "мий", "мое"]);

    /// Of what may be wrong and is no part of an address.
    pub(crate) const ELSE: Stems = Stems(&[
        "карт",
        "рахун",
        "счет",
        "iban",
        "реквизит",
        "замовл",
        "заказ",
        "розмир",
        "размер",
    ]);

    /// Of a phone.
    pub(crate) const PHONE: Stems = Stems(&["телефон", "номер", "цифр"]);

    /// Of a town.
    pub(crate) const TOWN: Words = Words(&["мисто", "миста", "город", "города"]);

    /// Between what is wrong and what is right.
    pub(crate) const BUT: Words = Words(&["а", "але", "но"]);
}

/// Beside where a parcel goes.
pub(crate) mod parcel {
    use super::{Stems, Words};

    /// By which what was said right before them is taken back.
    pub(crate) const CORRECTS: Words = Words(&[
        "ой",
        "ни",
        "нет",
        "вибачте",
        "извините",
        "точнише",
        "точнее",
        "тобто",
        "вирнише",
        "вернее",
        "помилилас",
        "ошиблас",
    ]);

    /// Of what brings a parcel somewhere else than to a branch of the shop's carrier.
    pub(crate) const ELSEWHERE: Stems = Stems(&["курер", "укрпошт", "укрпочт", "адресн"]);

    /// Of a locker.
    pub(crate) const LOCKERS: Stems = Stems(&["поштомат", "почтомат", "поштамат", "постомат"]);

    /// Of digits.
    pub(crate) const DIGITS: Stems = Stems(&["цифр"]);
}

/// Beside how many pieces are wanted.
pub(crate) mod pieces {
    use super::{Stems, Words};

    /// Beside the number of pieces that is to be left.
    pub(crate) const LEAVE: Words = Words(&[
        "давайте",
        "вистачит",
        "хватит",
        "достатно",
        "достаточно",
        "залишит",
        "лишит",
        "залиште",
        "оставте",
        "тилки",
        "лише",
        "толко",
        "таки",
        "всетаки",
    ]);

    /// Before the number of pieces that is taken.
    pub(crate) const TAKE: Words = Words(&[
        "беру",
        "беремо",
        "берем",
        "визму",
        "визмемо",
        "возму",
        "возмем",
        "заберу",
        "забираю",
        "хочу",
        "хочемо",
        "хотим",
        "замовляю",
        "замовлю",
        "закажу",
        "треба",
        "потрибно",
        "потрибни",
        "надо",
        "нужно",
        "мени",
        "мне",
        "давайте",
    ]);

    /// Behind a number of pieces that are the same.
    pub(crate) const ALIKE: Stems = Stems(&["однаков", "одинаков"]);

    /// Before a number that may be an age as well.
    pub(crate) const FOR_ME: Words = Words(&["мени", "мне"]);

    /// Before a number that is right instead of another.
    pub(crate) const NO: Words = Words(&["ни", "нет"]);

    /// Before a number that is right after all.
    pub(crate) const AFTER_ALL: Words = Words(&["таки"]);

    /// Behind a number of pieces, before whom or what they are for.
    pub(crate) const FOR: Words = Words(&["для", "на"]);
}

/// That point into a list, or beside figures.
pub(crate) mod pointing {
    use super::{Stems, Words};

    /// For what stands between others.
    pub(crate) const MIDDLE: Words = Words(&[
        "посередини",
        "посередине",
        "посеридини",
        "середний",
        "середню",
        "средний",
        "среднюю",
    ]);

    /// That point at one of several.
    pub(crate) const THAT_ONE: Words = Words(&["той", "тот", "та", "ту", "те", "того", "тую"]);

    /// Of a height or a size.
    pub(crate) const OF_SIZE: Stems =
        Stems(&["зрист", "рост", "рист", "розмир", "размер", "метр", "см", "сантим"]);

    /// Before a height.
    pub(crate) const FOR: Words = Words(&["на", "для", "под", "пид"]);

    /// Behind an ordinal that counts no garments.
    pub(crate) const OTHER_THINGS: Stems = Stems(&["кол", "цвет", "дит", "реб"]);

    /// For the last of several.
    pub(crate) const LAST_ONE: Words =
        Words(&["останний", "останню", "остання", "последний", "последнюю", "последняя"]);

    /// For two at once.
    pub(crate) const BOTH_OF_THEM: Words = Words(&["обидва", "обидви", "оба", "обе"]);
}

/// Beside colours.
pub(crate) mod colors {
    use super::{Stems, Words};

    /// After which a colour is one that is not wanted, another word between them or not.
    pub(crate) const NOT_THIS: Words = Words(&["не", "крим", "кроме", "окрим", "замист", "вместо"]);

    /// Right after which a colour is one that is not wanted: "без принта рожевий" wants it.
    pub(crate) const NOT_NEXT: Words = Words(&["без", "ниж", "чем"]);

    /// Behind "не", by which a colour is refused.
    pub(crate) const NEED: Words = Words(&[
        "треба",
        "потрибна",
        "потрибно",
        "потриби",
        "надо",
        "нужно",
        "нужна",
        "хочу",
        "буду",
    ]);

    /// After which a colour is none of a garment: "чорна п'ятниця".
    pub(crate) const AFTER_A_COLOR: Stems = Stems(&["пятниц", "свит", "списк", "список", "пожежа"]);
}

/// That weigh what else was read.
pub(crate) mod mood {
    use super::{Stems, Words};

    /// Of asking for a price, and not of naming one.
    pub(crate) const HOW_MUCH: Stems = Stems(&["ск"]);

    /// That end a wish.
    pub(crate) const ALL: Words = Words(&["все", "всьо"]);

    /// By which one thing is preferred to another.
    pub(crate) const RATHER: Words = Words(&["краще", "лучше", "липше"]);

    /// Of a size.
    pub(crate) const SIZE: Stems = Stems(&["розмир", "размер", "size"]);

    /// In words of less money.
    pub(crate) const CHEAP: &str = "дешев";
}
