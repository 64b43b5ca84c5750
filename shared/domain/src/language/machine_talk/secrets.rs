//! What a machine is made of, what it was told, what it runs.

use super::Group;

pub(super) const GROUPS: &[Group] = &[
    // What a machine is made of.
    Group {
        name: "insides",
        weights: &[
            (
                4,
                &[
                    "промпт*/промт*/prompt/prompts/prompting",
                    "системн* повідомлен*/сообщен*/інструкц*/инструкц*/налаштуван*/настройк*/роль/запит*/запрос*/рядок/строк*",
                    "system message/messages/instruction*/role/settings/configuration/card",
                ],
            ),
            (
                2,
                &[
                    "системн*/system/системі/системе/система/систему/системою",
                    "конфігурац*/конфигурац*/конфіг*/конфиг*/config/configs/configuration",
                    "контекст*/context/контекстн*",
                    "налаштуван*/настройк*/настроек/settings/параметр*/parameters/температур*/temperature",
                    "пам'ять/пам'яті/память/памяти/memory/кеш/cache/бекенд*/backend/сервер*/server",
                    "середовищ*/environment/змінн*/переменн*/variable*",
                    "вихідн*/исходн*/source код*/code",
                ],
            ),
        ],
    },
    Group {
        name: "hidden",
        weights: &[(
            2,
            &[
                "прихован*/скрыт*/секретн*/секрет/секрети/секреты/секретов/таємн*/тайн*/внутрішн*/внутренн*/\
                 конфіденційн*/конфиденциальн*/службов*/служебн*",
                "hidden/secret/secrets/internal/confidential/undisclosed/classified",
                "непублічн*/непубличн*/недоступн*",
            ],
        )],
    },
    // What was said to the machine before the customer came.
    Group {
        name: "above",
        weights: &[
            (
                2,
                &[
                    "дослівно/дословно/verbatim",
                    "back/everything/all from .. to/the end/start/top",
                    "було/было/стоїть/стоит/написано до/перед слов*/моїм/моим/моїх/моих",
                    "слово/буква/букву/слова в/за/до слово/букву/словом/слова",
                    "word for/by word",
                    "початок/початку/начало/начала/beginning/start розмов*/діалог*/разговор*/диалог*/чат*/of",
                    "до/перед/раніше/раньше цього/цим/этого/этим/мого/моїм/моего/моим повідомлен*/сообщен*/чат*/діалог*/диалог*/розмов*/разговор*/речення/слів",
                    "before/prior/above/preceding this/my/the/our/that [very] message/chat/conversation/line/text/one/point/session",
                    "above/before this/line/message/here",
                    "перед/до початк*/начал* [наш*/цього/этого/нашого/нашего/нашої/нашей] розмов*/разговор*/діалог*/диалог*/чат*/бесід*/бесед*",
                    "everything/all/text/words/lines/content/contents/it [that/you/was/is/written/said] above/before",
                    "перш*/перв*/first/initial/original/opening [text/ваш/твій/твоє/твоё] рядок/рядки/рядка/строк*/line/lines/words/message/text/повідомленн*/сообщени*/слова/sentence/промпт*/instruction*",
                    "все/усе/всё/те/то/текст/тексту [що/что/написане/написано] [було/было/стоїть/стоит/є] вище/выше/зверху/сверху/раніше/раньше/перед",
                    "повн*/полн*/весь/full/whole/entire текст*/text/content/інструкц*/инструкц*/версі*",
                ],
            ),
            (
                1,
                &[
                    "надалі/далее/earlier/before/раніше/раньше",
                    "вище/выше/зверху/сверху/above/попередн*/предыдущ*/previous/prior/earlier/preceding/початков*/первоначальн*/изначальн*/initial/original/первинн*",
                    "бекап*/markdown/triple/backticks/потрійн*/лапк*/кавычк*/слово",
                    "відповід*/ответ*/response/reply/answer слов*/фраз*/words/phrase/with",
                ],
            ),
        ],
    },
    Group {
        name: "code",
        weights: &[
            (
                2,
                &[
                    "sql/скрипт*/script*/execute/eval/exec/shell/bash/термінал*/терминал*/terminal/консол*/console/python/javascript/curl/wget/sudo/json/xml/yaml/html/regex",
                    "debug/дебаг*/налагодж*/отладк*/отладочн*/diagnostic*/діагностик*/диагностик*/backdoor/бекдор*/exploit/експлойт*/ін'єкці*/injection/payload/вірус*/вирус*/virus/malware",
                    "select/drop/insert/union/delete from/table/into/select",
                    "функцію/функцию/функції/function/інструмент/инструмент/tool/tools/метод/плагін/plugin .. виклич/вызови/call/invoke/use/виконай/выполни/запусти/_",
                    "запусти/выполни/виконай/запустить/run/launch .. команд*/код*/функці*/функци*/script*/скрипт*/command*/code/тест*/diagnostic*/програм*/программ*",
                    "developer/розробник*/разработчик*/admin/адмін*/админ*/god/бога/debug/test/тестов*/maintenance/сервісн*/сервисн*/safe/unsafe/root mode/режим*",
                    "режим/режимі/режиму/режиме/mode розробник*/разработчик*/адмін*/админ*/адміністратор*/администратор*/бога/тестуванн*/тестирован*/обслуговуванн*/обслуживан*/налагодж*/отладк*/суперюзер*",
                ],
            ),
            (
                1,
                &[
                    "markdown/формат*/format/код/коду/кодом/кода/code/команд*/command*/функці*/функци*/function*/тест/тесту/тестов*/test/testing/тестуванн*/тестирован*/експеримент*/эксперимент*/experiment/дослідженн*/исследован*/research/override-код*",
                ],
            ),
        ],
    },
    Group {
        name: "cipher",
        weights: &[
            (
                2,
                &[
                    "base64/base32/base58/rot13/rot/hex/бейс64/b64/декод*/розкод*/раскод*/розшифр*/расшифр*/дешифр*/decode/decoded/decoding/decrypt/decipher/unscramble/encoded/закодован*/закодирован*/зашифрован*/шифр*/cipher/caesar/цезар*/морзе/morse/атбаш*/atbash",
                    "задом наперед/наперёд",
                    "справа наліво/налево",
                    "right to left",
                    "перш*/перв*/first літер*/букв*/letter/letters .. кожн*/кажд*/рядк*/строк*/слов*/each/every/of/речен*",
                    "backwards/reversed/акровірш*/акростих*/acrostic/анаграм*/anagram",
                ],
            ),
            (1, &["навпаки/наоборот/reverse/прочитай/прочти/read"]),
        ],
    },
    Group {
        name: "spoil",
        weights: &[(
            2,
            &[
                "pwned/hacked/зламано/взломано/lol .. say/скажи/напиши",
                "скажи/напиши/say/write/print/відповідай/ответь/answer/reply pwned/hacked/зламано/взломано",
                "only/тільки/только/лише .. словом/word/словами/words/одним",
                "token/tokens/smuggl*",
            ],
        )],
    },
];
