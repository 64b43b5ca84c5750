//! Towns of Ukraine, in the cases in which addresses name them.

use std::{collections::HashMap, sync::LazyLock};

use crate::language::{
    endings, fold,
    token::{Kind, Token},
};

/// The name as an order needs it, then stems (with `*`) or whole spellings, Ukrainian and Russian.
const CITIES: &[(&str, &str)] = &[
    ("Київ", "київ києв* киев* kyiv kiev"),
    ("Харків", "харків харков* харьков* kharkiv"),
    ("Одеса", "одес* одесс* odesa odessa"),
    ("Дніпро", "дніпр* днепр* дніпропетровськ*"),
    ("Запоріжжя", "запоріж* запорож*"),
    ("Львів", "львів львов* lviv"),
    ("Кривий Ріг", "кривий_ріг кривого_рогу кривому_розі кривой_рог кривом_роге кривий_рог"),
    ("Миколаїв", "миколаїв миколаєв* николаев*"),
    ("Вінниця", "вінниц* винниц*"),
    ("Херсон", "херсон*"),
    ("Полтава", "полтав*"),
    ("Чернігів", "чернігів чернігов* чернигов*"),
    ("Черкаси", "черкас* черкасс*"),
    ("Житомир", "житомир*"),
    ("Суми", "суми сумах сум сумы"),
    ("Хмельницький", "хмельницьк* хмельницк*"),
    ("Чернівці", "чернівц* черновц*"),
    ("Рівне", "рівн* ровно"),
    ("Івано-Франківськ", "івано_франківськ* ивано_франковск* франківськ* франик"),
    ("Кропивницький", "кропивницьк* кропивницк* кіровоград* кировоград*"),
    ("Тернопіль", "тернопіл* тернопол*"),
    ("Луцьк", "луцьк* луцк*"),
    ("Ужгород", "ужгород*"),
    ("Кременчук", "кременчук* кременчуг*"),
    ("Біла Церква", "біла_церква білу_церкву білій_церкві белая_церковь білоцерк*"),
    ("Краматорськ", "краматорськ* краматорск*"),
    ("Слов'янськ", "слов'янськ* славянск*"),
    ("Бровари", "бровари броварах броваров бровары"),
    ("Бориспіль", "бориспіл* бориспол* борисполь"),
    ("Ірпінь", "ірпін* ирпен* ірпен*"),
    ("Буча", "буча бучі бучу буче"),
    ("Вишневе", "вишневе вишневому вишневое"),
    ("Обухів", "обухів обухов*"),
    ("Фастів", "фастів фастов*"),
    ("Вишгород", "вишгород* вышгород*"),
    ("Боярка", "боярка боярці боярку боярке"),
    ("Кам'янське", "кам'янськ* каменск* дніпродзержинськ*"),
    ("Нікополь", "нікопол* никопол*"),
    ("Павлоград", "павлоград*"),
    ("Мелітополь", "мелітопол* мелитопол*"),
    ("Мукачево", "мукачев* мукачів"),
    ("Умань", "уман* умань"),
    ("Бердичів", "бердичів бердичев*"),
    ("Калуш", "калуш*"),
    ("Коломия", "коломи* коломия"),
    ("Дрогобич", "дрогобич*"),
    ("Стрий", "стрий стрию стрые"),
    ("Червоноград", "червоноград*"),
    ("Ковель", "ковел*"),
    ("Нововолинськ", "нововолинськ*"),
    (
        "Кам'янець-Подільський",
        "кам'янець_подільський каменец_подольский кам'янець кам'янець_подільському",
    ),
    ("Шепетівка", "шепетівка шепетівці"),
    ("Конотоп", "конотоп*"),
    ("Шостка", "шостка шостці"),
    ("Ніжин", "ніжин* нежин*"),
    ("Прилуки", "прилуки прилуках"),
    ("Лубни", "лубни лубнах"),
    ("Миргород", "миргород*"),
    ("Горішні Плавні", "горішні_плавні"),
    ("Олександрія", "олександрія олександрії александрия"),
    ("Ізмаїл", "ізмаїл* измаил*"),
    ("Чорноморськ", "чорноморськ* черноморск*"),
    ("Южне", "южне южному южный південне"),
    ("Білгород-Дністровський", "білгород_дністровський білгород_дністровському"),
    ("Первомайськ", "первомайськ* первомайск*"),
    ("Вознесенськ", "вознесенськ* вознесенск*"),
    ("Лозова", "лозова лозовій лозовую лозову"),
    ("Ізюм", "ізюм* изюм*"),
    ("Чугуїв", "чугуїв чугуєв*"),
    ("Дубно", "дубно дубні"),
    ("Вараш", "вараш*"),
    ("Жмеринка", "жмеринка жмеринці"),
    ("Хмільник", "хмільник*"),
    ("Трускавець", "трускавець трускавці трускавец"),
    ("Самбір", "самбір самбор*"),
    ("Новоград-Волинський", "новоград_волинський звягель звягел*"),
    ("Коростень", "коростень коростен*"),
    ("Сміла", "сміла смілі"),
    ("Золотоноша", "золотоноша золотоноші"),
    ("Берегове", "берегове берегово"),
    ("Хуст", "хуст*"),
    ("Рахів", "рахів рахов*"),
    ("Надвірна", "надвірна надвірній"),
    ("Долина", "долина долині"),
    ("Синельникове", "синельников*"),
    ("Новомосковськ", "новомосковськ* самар"),
    ("Жовті Води", "жовті_води желтые_воды"),
    ("Марганець", "марганець марганець"),
    ("Славутич", "славутич*"),
    ("Васильків", "васильків васильков*"),
    ("Переяслав", "переяслав*"),
    ("Яготин", "яготин*"),
    ("Бердянськ", "бердянськ* бердянск*"),
    ("Маріуполь", "маріупол* мариупол*"),
    ("Покровськ", "покровськ* покровск*"),
    ("Дружківка", "дружківка дружківці"),
    ("Костянтинівка", "костянтинівка костянтинівці"),
];

struct Names {
    exact: HashMap<String, &'static str>,
    stems: HashMap<String, &'static str>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names { exact: HashMap::new(), stems: HashMap::new() };
    for (city, spellings) in CITIES {
        for spelling in spellings.split(' ') {
            match spelling.strip_suffix('*') {
                Some(stem) => names.stems.insert(fold::key(stem), *city),
                None => {
                    let words = spelling.split('_').map(fold::key).collect::<Vec<_>>();
                    names.exact.insert(words.join(" "), *city)
                }
            };
        }
    }
    names
});

/// Words before the name of a place, folded.
const MARKERS: &[&str] =
    &["мисто", "мисти", "м", "город", "городе", "г", "смт", "село", "с", "пгт", "сели"];

/// A town in a message with the tokens that name it.
#[must_use]
pub fn city(tokens: &[Token]) -> Option<(String, std::ops::Range<usize>)> {
    let known = (0..tokens.len()).find_map(|at| known_at(tokens, at));
    known.or_else(|| (0..tokens.len()).find_map(|at| marked_at(tokens, at)))
}

/// Whether a word alone is a town that the table holds.
pub(super) fn is_town(token: &Token) -> bool {
    known_at(std::slice::from_ref(token), 0).is_some()
}

fn known_at(tokens: &[Token], at: usize) -> Option<(String, std::ops::Range<usize>)> {
    let first = tokens.get(at).filter(|token| token.is_word())?;
    if let Some(second) = tokens.get(at + 1).filter(|token| token.is_word())
        && let Some(city) = NAMES.exact.get(&format!("{} {}", first.key, second.key))
    {
        return Some(((*city).to_owned(), at..at + 2));
    }
    let city = NAMES.exact.get(&first.key).or_else(|| {
        endings::splits(&first.key)
            .find_map(|(stem, ending)| NAMES.stems.get(stem).filter(|_| endings::is_ending(ending)))
    })?;
    // "Суми" are a town, "суми" are sums of money.
    let is_sum = matches!(
        first.key.as_str(),
        "суми" | "сум" | "сумах" | "стрий" | "ривне" | "ривний" | "долина"
    );
    let is_written_as_name = first.raw.starts_with(char::is_uppercase);
    (!is_sum || is_written_as_name).then(|| ((*city).to_owned(), at..at + 1))
}

/// "м. Щасливе": a town that the table does not hold, written as a name after its marker.
fn marked_at(tokens: &[Token], at: usize) -> Option<(String, std::ops::Range<usize>)> {
    let marker = tokens.get(at).filter(|token| token.is_word())?;
    if !MARKERS.contains(&marker.key.as_str()) {
        return None;
    }
    let start = if tokens.get(at + 1)?.is_mark('.') { at + 2 } else { at + 1 };
    let name: Vec<&Token> = tokens
        .get(start..)?
        .iter()
        .take(2)
        .take_while(|token| token.is_word() && token.raw.starts_with(char::is_uppercase))
        .collect();
    let is_name = name.first().is_some_and(|word| word.raw.chars().count() >= 3);
    is_name.then(|| {
        let words: Vec<String> =
            name.iter().map(|token| super::people::in_ukrainian_letters(&token.raw)).collect();
        (words.join(" "), at..start + name.len())
    })
}

/// Words, folded, after which a name is that of a street.
const STREETS: &str = "вул вулиця вулици вулицею вулицу ул улица улице улицу улици проспект проспекти \
     проспекте просп пр бульвар бульвари бульваре бульв площа площи провулок провулку пров переулок \
     переулке шосе шоссе набережна набережний майдан узвиз тупик мкр мкрн микрорайон жк";

/// Whether a name behind a word is that of a street.
#[must_use]
pub fn is_street_word(token: &Token) -> bool {
    token.is_word() && STREETS.split(' ').any(|word| word == token.key)
}

/// Whether a word is the name of a street: "вул. Рожева", "на вулиці Героїв Крут".
#[must_use]
pub fn names_street(tokens: &[Token], at: usize) -> bool {
    let before = || tokens[..at].iter().rev().filter(|token| !token.is_mark('.'));
    before().next().is_some_and(is_street_word)
}

/// A town that no table holds, in a message that tells an address: a word or two that are written as
/// a name and that nothing else has claimed, best before the number of a branch. Where the town is
/// all that is missing (`is_all_missing`), a short message is the town however it is written.
#[must_use]
pub fn unknown_city(
    tokens: &[Token],
    free: impl Fn(usize) -> bool,
    is_all_missing: bool,
) -> Option<(String, std::ops::Range<usize>)> {
    let is_part = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.is_word()
                && free(at)
                && (is_all_missing || token.raw.starts_with(char::is_uppercase))
                && token.raw.chars().count() >= 3
                && token.raw.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '’')
                && !super::people::is_beside(&token.key)
                && !super::people::is_first_name(token)
        })
    };
    let mut runs = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut to = at;
        while is_part(to) {
            to += 1;
        }
        let is_street = at
            .checked_sub(1)
            .map(|before| if tokens[before].is_mark('.') { at.saturating_sub(2) } else { before })
            .is_some_and(|before| is_street_word(&tokens[before]));
        if (1..=2).contains(&(to - at)) && !is_street {
            runs.push(at..to);
        }
        at = to.max(at + 1);
    }
    if is_all_missing && !(runs.len() == 1 && tokens.len() <= MAX_ALONE) {
        return None;
    }
    let has_number_after = |run: &&std::ops::Range<usize>| {
        let next = tokens[run.end..].iter().find(|token| !matches!(token.kind, Kind::Mark(_)));
        next.is_some_and(|token| matches!(token.kind, Kind::Number(_)) || is_branch_word(token))
    };
    let run = runs.iter().find(has_number_after).or_else(|| runs.last())?.clone();
    let mut name = String::new();
    for token in &tokens[run.clone()] {
        if !name.is_empty() {
            name.push(if token.is_joined { '-' } else { ' ' });
        }
        name.push_str(&super::people::capitalised(&super::people::in_ukrainian_letters(
            &token.raw,
        )));
    }
    Some((name, run))
}

/// The most tokens of a message that is a town and nothing else.
const MAX_ALONE: usize = 4;

/// "Відділення", "поштомат", "НП", folded and cut.
fn is_branch_word(token: &Token) -> bool {
    ["видд", "отд", "пошт", "почт", "нп", "нова"].iter().any(|stem| token.key.starts_with(stem))
}

#[cfg(test)]
mod tests {
    use super::{city, unknown_city};
    use crate::language::token::tokens;

    fn read(text: &str) -> Option<String> {
        city(&tokens(text)).map(|(city, _)| city)
    }

    #[test]
    fn a_town_is_known_in_its_cases_and_in_both_languages() {
        for text in ["Київ", "у Києві", "м. Київ", "в Киеве"] {
            assert_eq!(read(text).as_deref(), Some("Київ"), "{text}");
        }
        assert_eq!(read("зі Львова").as_deref(), Some("Львів"));
        assert_eq!(read("Івано-Франківськ").as_deref(), Some("Івано-Франківськ"));
        assert_eq!(read("кривий ріг").as_deref(), Some("Кривий Ріг"));
    }

    #[test]
    fn a_town_that_no_table_holds_is_read_after_its_marker() {
        assert_eq!(read("с. Щасливе").as_deref(), Some("Щасливе"));
        assert_eq!(read("смт Великі Мости").as_deref(), Some("Великі Мости"));
    }

    #[test]
    fn a_town_that_no_table_holds_is_read_where_an_address_is_told() {
        let read = |text: &str, is_all_missing| {
            unknown_city(&tokens(text), |_| true, is_all_missing).map(|(city, _)| city)
        };
        assert_eq!(read("0671234567, Бібрка 3", false).as_deref(), Some("Бібрка"));
        assert_eq!(read("Рава-Руська, відділення 1", false).as_deref(), Some("Рава-Руська"));
        assert_eq!(read("вул. Мазепи 5, Бібрка", false).as_deref(), Some("Бібрка"));
        assert_eq!(read("бібрка", true).as_deref(), Some("Бібрка"));
        assert_eq!(read("а що ще треба для цього", true), None);
        assert_eq!(read("бібрка 3", false), None);
    }

    #[test]
    fn sums_are_no_town() {
        assert_eq!(read("всієї суми"), None);
        assert_eq!(read("Суми, відділення 3").as_deref(), Some("Суми"));
    }
}
