//! Names of people: two or three words, written as names or holding a known first name.

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    language::{fold, token::Token},
    session::customer::NamePart,
};

/// First names, Ukrainian; after `=` other spellings that become this one.
const FIRST_NAMES: &str = "Олена=елена,алена,альона,лена,оленка Наталія=наталья,наталія,наташа,наталя \
     Ірина=ирина,іра,ира Оксана=оксана Тетяна=татьяна,таня,тетяна \
     Світлана=светлана,світлана,света,свєта Ольга=ольга,оля Юлія=юлия,юля,юлія Анна=аня Ганна=ганна \
     Марія=мария,маша,марія,марійка Катерина=екатерина,катя,катерина \
     Вікторія=виктория,віка,вика,вікторія Людмила=людмила,люда Надія=надежда,надія,надя \
     Любов=любовь,любов,люба Галина=галина,галя Лариса=лариса,лара Алла=алла Інна=инна,інна Жанна=жанна \
     Яна=яна Дарина=дарина Дарія=дарья,дарія,даша Анастасія=анастасия,настя,анастасія \
     Олександра=александра,олександра Христина=кристина,христина,крістіна Марина=марина \
     Валентина=валентина Віра=вера,віра Лілія=лилия,лілія Лідія=лидия,лідія,ліда,лида Неля=неля,нелля \
     Роксолана=роксолана Соломія=соломія Софія=софия,софія,соня Зоряна=зоряна \
     Мар'яна=марьяна,мар'яна,маряна Діана=диана,діана Аліна=алина,аліна Карина=карина,каріна \
     Євгенія=евгения,євгенія,женя Антоніна=антонина,антоніна,тоня Раїса=раиса,раїса,рая Ніна=нина,ніна \
     Тамара=тамара Руслана=руслана Богдана=богдана Леся=леся Уляна=ульяна,уляна Аріна=арина,аріна \
     Поліна=полина,поліна Єлизавета=елизавета,ліза,єлизавета Вероніка=вероника,вероніка \
     Віталіна=віталіна Ілона=илона,ілона Снежана=снежана,сніжана Еліна=эліна,еліна \
     Олександр=александр,саша,олександр Сергій=сергей,сергій Андрій=андрей,андрій \
     Олексій=алексей,олексій Дмитро=дмитрий,дмитро,діма Іван=иван,іван Микола=николай,микола \
     Михайло=михаил,михайло Василь=василий,василь Петро=петр,петро Павло=павел,павло \
     Юрій=юрий,юрій Володимир=владимир,володимир Віталій=виталий,віталій Віктор=виктор,віктор \
     Ігор=игорь,ігор Олег=олег Роман=роман Руслан=руслан Максим=максим Богдан=богдан Тарас=тарас \
     Ярослав=ярослав Артем=артем,артём Денис=денис Євген=евгений,євген,євгеній Вадим=вадим \
     Степан=степан Григорій=григорий,григорій Анатолій=анатолий,анатолій \
     Костянтин=константин,костянтин Станіслав=станислав,станіслав Антон=антон Ростислав=ростислав \
     Назар=назар Валерій=валерий,валерій Леонід=леонид,леонід Едуард=эдуард,едуард Борис=борис \
     Федір=федор,федір Кирило=кирилл,кирило Марко=марко Матвій=матвей,матвій Остап=остап \
     Любомир=любомир Мирослав=мирослав Мирослава=мирослава Ярослава=ярослава Владислав=владислав \
     Владислава=владислава Святослав=святослав Маргарита=маргарита,рита Лілія=ліля,лиля Стефанія=стефания,стефанія \
     Ольга=ольга,оля,олечка Валерія=валерия,валерія Альбіна=альбина,альбіна Емілія=эмилия,емілія \
     Злата=злата Мілана=милана,мілана Зінаїда=зинаида,зінаїда,зіна Клавдія=клавдия Зоя=зоя \
     Мирослава=міра Руслана=русалана Ангеліна=ангелина,ангеліна,геля Анжеліка=анжелика,анжела \
     Яна=яночка Даріна=дарья Орися=орися Одарка=одарка Іванна=иванна,іванна Квітка=квітка \
     Інеса=инесса Камілла=камилла Есмір=есмір Тимофій=тимофей,тимофій Данило=данил,данило,даниил \
     Ілля=илья,ілля Микита=никита,микита Єгор=егор,єгор Арсен=арсен Орест=орест Захар=захар \
     Гліб=глеб,гліб Герман=герман Семен=семён,семен Лев=лев Давид=давид Тимур=тимур Віталина=віталина \
     В'ячеслав=вячеслав,слава Анатолій=толя Олексій=льоша,леша Михайло=миша,міша Сергій=сергій,серёжа";

/// Words, folded, that stand beside a name and are none.
const BESIDE: &str = "для за пиб фио имя призвище фамилия отримувач получатель отримувачка мене мий моя мое звати зовут \
     меня тел телефон номер на я дани ось вот це замовлення мисто город м адреса доставка нова \
     новой новою пошта почта поштою почтой по батькови и моб мобилка мобилний тлф вайбер viber фоп тов";

/// Whether words stand beside a name, so that what follows is one.
#[must_use]
pub fn person_words(token: &Token) -> bool {
    [
        "пиб",
        "фио",
        "имя",
        "призвище",
        "отримувач",
        "получатель",
        "отримувачка",
        "звати",
        "зовут",
        "фамилия",
    ]
    .contains(&token.key.as_str())
}

pub(super) fn is_beside(key: &str) -> bool {
    BESIDE.split(' ').any(|word| word == key)
}

static FIRST_NAMES_BY_KEY: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let entries =
        FIRST_NAMES.split(' ').map(|entry| entry.split_once('=').unwrap_or((entry, entry)));
    entries
        .flat_map(|(name, others)| others.split(',').chain([name]).map(move |other| (other, name)))
        .map(|(spelling, name)| (fold::key(spelling), name))
        .collect()
});

/// A first name as a message has it.
#[derive(Clone, Copy)]
struct FirstName {
    /// Its Ukrainian spelling, in the nominative.
    name: &'static str,
    /// Whether it was written in another case: "на Ольгу", "для Івана".
    is_inflected: bool,
}

/// What the other cases of a first name end in, folded, and what the nominative ends in instead.
const CASES: [(&str, &[&str]); 9] = [
    ("ею", &["я"]),
    ("ою", &["а"]),
    ("ови", &["", "о"]),
    ("еви", &["й", ""]),
    ("ии", &["ия"]),
    ("у", &["а", "", "о"]),
    ("ю", &["я", "й", ""]),
    ("и", &["а", "я"]),
    ("а", &["", "о"]),
];

/// A first name, from any of the spellings and cases that are known.
fn first_name(key: &str) -> Option<FirstName> {
    let known = |key: &str| FIRST_NAMES_BY_KEY.get(key).copied();
    if let Some(name) = known(key) {
        return Some(FirstName { name, is_inflected: false });
    }
    let genitive = key.strip_suffix('я').and_then(|stem| known(&format!("{stem}й")));
    let other = || {
        CASES.iter().find_map(|(ending, nominative)| {
            let stem = key.strip_suffix(ending).filter(|stem| stem.chars().count() > 2)?;
            nominative.iter().find_map(|ending| known(&format!("{stem}{ending}")))
        })
    };
    genitive.or_else(other).map(|name| FirstName { name, is_inflected: true })
}

/// Whether a word is a first name that the table holds.
#[must_use]
pub fn is_first_name(token: &Token) -> bool {
    first_name(&token.key).is_some()
}

/// Whether a word reads as a patronymic or a usual surname.
fn is_family_like(key: &str) -> bool {
    const ENDS: &str = "енко ченко ко ук юк чук ак як ик ская ский цкий цка цкая ска ова ев ов ева ин ина ишин ович \
     ивна евич овна евна йович ец ий а ар ур ир ел ан ян юх их ло ба да га ха ша уля ля ня ей ай \
     ун он ос ис ас ер ор ом ам ил ал ул";
    key.chars().count() >= 3 && ENDS.split(' ').any(|end| key.ends_with(end))
}

/// A person's name among the tokens that nothing else has claimed, as an order needs it.
///
/// `free` says which tokens are still without a meaning; `is_asked` whether a name is what the
/// assistant asked for, so that small letters are no reason to doubt.
#[must_use]
pub fn name(
    tokens: &[Token],
    free: impl Fn(usize) -> bool,
    is_asked: bool,
) -> Option<(String, std::ops::Range<usize>)> {
    let mut best: Option<(i32, String, std::ops::Range<usize>)> = None;
    let mut at = 0;
    while at < tokens.len() {
        let is_part = |index: usize| {
            tokens.get(index).is_some_and(|token| {
                token.is_word()
                    && free(index)
                    && token.raw.chars().all(|c| c.is_alphabetic() || c == '\'')
                    && token.raw.chars().count() >= 2
                    && !is_beside(&token.key)
            })
        };
        let length = (at..).take_while(|index| is_part(*index)).count();
        let words = length.min(3);
        // "Сич Роман Чортків 1": before a number and without a patronymic, the third is the town.
        let is_town_last = words == 3
            && tokens.get(at + words).is_some_and(|token| token.number().is_some())
            && !tokens[at..at + words].iter().any(is_patronymic);
        let words = if is_town_last { 2 } else { words };
        if (2..=4).contains(&length)
            && let Some((score, name)) = scored(&tokens[at..at + words], is_asked)
            && best.as_ref().is_none_or(|(other, _, _)| score > *other)
        {
            best = Some((score, name, at..at + words));
        }
        at += length.max(1);
    }
    best.map(|(_, name, span)| (name, span))
}

/// A first name or a surname that stands alone in a message, and where.
#[must_use]
pub fn name_part(tokens: &[Token], free: impl Fn(usize) -> bool) -> Option<(NamePart, usize)> {
    let is_marked = tokens.iter().any(person_words);
    let mut words = tokens.iter().enumerate().filter(|(_, token)| is_name_word(token));
    let (at, token) = words.next().filter(|(at, _)| free(*at))?;
    if words.next().is_some() || token.raw.chars().count() < 3 {
        return None;
    }
    if let Some(first) = first_name(&token.key) {
        let word = first.name.to_owned();
        return Some((NamePart { word, is_first: true }, at));
    }
    let is_written_as_name = token.raw.starts_with(char::is_uppercase);
    let is_surname = is_marked || (is_written_as_name && is_family_like(&token.key));
    let word = capitalised(&in_ukrainian_letters(&token.raw.to_lowercase()));
    is_surname.then_some((NamePart { word, is_first: false }, at))
}

/// Whether a word may be one of a name by how it is written.
#[must_use]
pub fn may_be_name(token: &Token) -> bool {
    is_name_word(token)
        && token.raw.chars().count() >= 3
        && token.raw.chars().all(|c| c.is_alphabetic() || c == '\'')
}

/// A first name or a surname as an order needs it.
#[must_use]
pub fn written(token: &Token) -> String {
    match first_name(&token.key) {
        Some(first) => first.name.to_owned(),
        None => capitalised(&in_ukrainian_letters(&token.raw.to_lowercase())),
    }
}

/// A name with one of its halves in the place of the one that it had.
#[must_use]
pub fn with_part(name: &str, part: &NamePart) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let first = words.iter().position(|word| first_name(&fold::key(word)).is_some());
    let first = first.unwrap_or(words.len().min(2) - 1);
    let at = if part.is_first { first } else { usize::from(first == 0).min(words.len() - 1) };
    let with = words
        .iter()
        .enumerate()
        .map(|(own, word)| if own == at { part.word.as_str() } else { word });
    with.collect::<Vec<_>>().join(" ")
}

/// Whether a word may be one of a name: initials and what stands beside names are not.
fn is_name_word(token: &Token) -> bool {
    token.is_word() && token.raw.chars().count() > 1 && !is_beside(&token.key)
}

fn is_patronymic(token: &Token) -> bool {
    ["ович", "евич", "ивна", "ивну", "ивни", "овна", "евна", "йович"]
        .iter()
        .any(|end| token.key.ends_with(end))
}

fn scored(words: &[Token], is_asked: bool) -> Option<(i32, String)> {
    let has_first_name = words.iter().any(|word| first_name(&word.key).is_some());
    let is_capitalised = words.iter().all(|word| word.raw.starts_with(char::is_uppercase));
    let is_plausible =
        words.iter().all(|word| first_name(&word.key).is_some() || is_family_like(&word.key));
    let score = i32::from(has_first_name) * 2 + i32::from(is_capitalised) + i32::from(is_plausible);
    let is_name =
        if is_asked { has_first_name || is_capitalised } else { has_first_name && is_capitalised };
    is_name.then(|| (score, in_order(words)))
}

/// The words of a name as an order needs them: capitalised, in Ukrainian letters, in the nominative.
fn in_order(words: &[Token]) -> String {
    let first = words.iter().find_map(|word| first_name(&word.key));
    let is_inflected = first.is_some_and(|first| first.is_inflected);
    let is_woman = first.is_some_and(|first| first.name.ends_with(['а', 'я']));
    let names: Vec<String> = words
        .iter()
        .map(|word| match first_name(&word.key) {
            Some(first) => first.name.to_owned(),
            None => family_name(&word.raw.to_lowercase(), is_inflected, is_woman),
        })
        .collect();
    names.join(" ")
}

/// What surnames and patronymics of women end in in other cases, and in the nominative.
const WOMENS: [(&str, &str); 14] = [
    ("ської", "ська"),
    ("ській", "ська"),
    ("ську", "ська"),
    ("цької", "цька"),
    ("цьку", "цька"),
    ("ової", "ова"),
    ("ову", "ова"),
    ("євої", "єва"),
    ("єву", "єва"),
    ("івни", "івна"),
    ("івні", "івна"),
    ("івну", "івна"),
    ("ївну", "ївна"),
    ("у", "а"),
];

/// The same of men.
const MENS: [(&str, &str); 14] = [
    ("енка", "енко"),
    ("енку", "енко"),
    ("ського", "ський"),
    ("ському", "ський"),
    ("цького", "цький"),
    ("ому", "ий"),
    ("ого", "ий"),
    ("овича", "ович"),
    ("овичу", "ович"),
    ("ука", "ук"),
    ("уку", "ук"),
    ("юка", "юк"),
    ("ика", "ик"),
    ("ова", "ов"),
];

/// A surname or patronymic, from how it was written in small letters.
fn family_name(written: &str, is_inflected: bool, is_woman: bool) -> String {
    let endings = if is_woman { &WOMENS } else { &MENS };
    let nominative = endings.iter().filter(|_| is_inflected).find_map(|(ending, nominative)| {
        written.strip_suffix(ending).map(|stem| format!("{stem}{nominative}"))
    });
    capitalised(&in_ukrainian_letters(nominative.as_deref().unwrap_or(written)))
}

/// Letters that Ukrainian does not have, as a Ukrainian passport writes them.
pub(super) fn in_ukrainian_letters(word: &str) -> String {
    let mut letters = String::with_capacity(word.len());
    for (at, letter) in word.chars().enumerate() {
        match letter {
            'и' if at == 0 => letters.push('і'),
            'И' if at == 0 => letters.push('І'),
            'ы' => letters.push('и'),
            'Ы' => letters.push('И'),
            'э' => letters.push('е'),
            'Э' => letters.push('Е'),
            'ё' => letters.push_str("ьо"),
            'Ё' => letters.push_str("Йо"),
            'ъ' | 'Ъ' => letters.push('\''),
            _ => letters.push(letter),
        }
    }
    letters
}

pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{name, name_part};
    use crate::language::token::tokens;

    fn read(text: &str, is_asked: bool) -> Option<String> {
        name(&tokens(text), |_| true, is_asked).map(|(name, _)| name)
    }

    #[test]
    fn a_name_is_read_among_other_words() {
        assert_eq!(read("Іваненко Марія", false).as_deref(), Some("Іваненко Марія"));
        assert_eq!(
            read("мене звати Коваль Ольга Петрівна", false).as_deref(),
            Some("Коваль Ольга Петрівна")
        );
    }

    #[test]
    fn a_russian_first_name_becomes_ukrainian() {
        assert_eq!(read("Иванова Елена", true).as_deref(), Some("Іванова Олена"));
    }

    #[test]
    fn letters_that_ukrainian_does_not_have_become_its_own() {
        assert_eq!(read("Крылова Эмма", true).as_deref(), Some("Крилова Емма"));
        assert_eq!(read("Алёшина Ирина", true).as_deref(), Some("Альошина Ірина"));
    }

    #[test]
    fn a_name_in_another_case_is_put_into_the_nominative() {
        for (written, name) in [
            ("на Ковальчук Ольгу Петрівну", "Ковальчук Ольга Петрівна"),
            ("для Марії Левицької", "Марія Левицька"),
            ("Петренка Івана", "Петренко Іван"),
            ("Шевчука Андрія Петровича", "Шевчук Андрій Петрович"),
            ("Коваленко Олену", "Коваленко Олена"),
        ] {
            assert_eq!(read(written, true).as_deref(), Some(name), "{written}");
        }
    }

    #[test]
    fn small_letters_do_when_a_name_was_asked_for() {
        assert_eq!(read("коваль оля", true).as_deref(), Some("Коваль Ольга"));
        assert_eq!(read("коваль оля", false), None);
    }

    #[test]
    fn one_half_of_a_name_is_known_as_such() {
        let read = |text: &str| {
            name_part(&tokens(text), |_| true).map(|(part, _)| (part.word, part.is_first))
        };
        assert_eq!(read("Оля"), Some(("Ольга".to_owned(), true)));
        assert_eq!(read("прізвище Сорока"), Some(("Сорока".to_owned(), false)));
        assert_eq!(read("Коваленко"), Some(("Коваленко".to_owned(), false)));
        assert_eq!(read("а що далі"), None);
        assert_eq!(read("зачекайте"), None);
    }

    #[test]
    fn a_sentence_is_no_name() {
        assert_eq!(read("а коли прийде посилка", true), None);
        assert_eq!(read("Добрий День", false), None);
    }
}
