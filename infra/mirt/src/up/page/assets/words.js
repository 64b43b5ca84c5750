// The page's own words, in two languages. What customers read comes from prompts/ and is not here.

const WORDS = {
  chats: ["Чат", "Chat"], inside: ["Усередині", "Inside"], story: ["Хід", "Story"], counter: ["Прилавок", "Counter"],
  theme: ["Світла чи темна", "Light or dark"], language: ["English", "Українською"], faults: ["Збої", "Faults"], close: ["Закрити", "Close"],
  degraded: ["без моделі", "no model"], degradedWhy: ["Без ключа OpenAI: асистент відповідає за правилами й шаблонами.", "No OpenAI key: the assistant answers by rules and templates."],
  offline: ["немає зв'язку з MIRT", "no connection to MIRT"], elsewhere: ["Відповіді цього каналу йдуть у справжній API, а не сюди.", "This channel's replies go to the real API, not here."],
  newInstagram: ["Новий клієнт Instagram", "New Instagram customer"], newTelegram: ["Новий клієнт Telegram", "New Telegram customer"], leave: ["Прибрати цього клієнта з екрана", "Take this customer off the screen"],
  customer: ["клієнт", "customer"], talk: ["Розмова", "Conversation"], message: ["Повідомлення", "Message"], send: ["Надіслати", "Send"], addPhoto: ["Додати фото", "Add a photo"], photo: ["Фото", "Photo"],
  hint: ["Напишіть, як клієнтка:", "Write as a customer would:"], typing: ["Друкує", "Typing"], earlier: ["Показати раніші", "Show earlier ones"], later: ["Показати пізніші", "Show later ones"], quick: ["Готові відповіді", "Ready answers"],
  sending: ["надсилається", "sending"], accepted: ["доставлено", "delivered"], read: ["прочитано", "read"], notSent: ["не надіслано", "not sent"], notPhoto: ["фото не завантажено", "photo not uploaded"],
  undelivered: ["ще не доставлено", "not delivered yet"], between: ["повідомлення в очікуванні", "message in between"], byManager: ["менеджер", "manager"], byTime: ["минув час", "time has passed"],
  state: ["Стан", "State"], phase: ["Фаза", "Phase"], awaited: ["Чекає", "Awaits"], map: ["Карта станів", "Map of states"], whole: ["Усю видно", "See the whole"], near: ["Ближче", "Closer"],
  memory: ["Пам'ять із минулих розмов", "Memory of earlier conversations"],
  facts: ["Що відомо", "What is known"], nothing: ["поки нічого", "nothing yet"], cart: ["Кошик", "Cart"], total: ["Разом", "Total"], emptyCart: ["порожній", "empty"], timers: ["Таймери", "Timers"], noTimers: ["Час тут нічого не змінить.", "Time changes nothing here."],
  windowCloses: ["канал приймає відповіді до", "the channel takes replies until"], dueAt: ["буде зроблено щось за розкладом", "something will be done by the clock"], pendingIn: ["прийнято, ще не прочитано", "taken in, not read yet"], pendingOut: ["відповіді в черзі", "replies waiting"], pendingAlerts: ["сповіщення менеджерам у черзі", "alerts waiting"], raw: ["Увесь запис", "The whole record"],
  heights: ["зріст", "heights"], search: ["шукає", "looks for"], choices: ["обирає", "choosing"], who: ["отримувач", "recipient"], payment: ["оплата", "payment"], human: ["людина", "human"],
  size: ["розмір", "size"], color: ["колір", "colour"], quantity: ["шт.", "pcs"], product: ["річ", "garment"],
  noTurns: ["Ходів ще немає. Напишіть щось у чаті.", "No turns yet. Write something in the chat."], turn: ["Хід", "Turn"], rulesMode: ["правила", "rules"], modelMode: ["модель", "model"], nowIn: ["Стан розмови", "The conversation is in"], silent: ["мовчить", "silent"],
  sWait: ["Кінець серії", "End of burst"], sRead: ["Читання", "Read"], sRules: ["Правила", "Rules"], sModel: ["Модель", "Model"], sCheck: ["Перевірки", "Checks"], sCommit: ["Збережено", "Committed"], sSend: ["Доставка", "Delivery"],
  waitWhy: ["Від першого повідомлення до початку ходу: клієнт ще писав.", "From the first message to the turn's beginning: the customer was still writing."],
  readWhy: ["Стан, вхідні повідомлення й невідіслане: один запит до таблиці.", "State, inbox and what is not sent yet: one query of the table."], pModeration: ["модерація", "moderation"], pPhotos: ["завантаження фото", "fetching photos"], pModel: ["запит", "request"], at: ["коли", "when"],
  rulesNone: ["Жодне правило не спрацювало.", "No rule matched."], word: ["слова", "words"], intent: ["намір", "intent"], edge: ["перехід", "edge"], factsUsed: ["факти", "facts"], texts: ["тексти", "texts"],
  modelNot: ["Модель не питали.", "The model was not asked."], tokensIn: ["токенів туди", "tokens in"], cached: ["з кешу", "cached"], tokensOut: ["токенів назад", "tokens out"], price: ["ціна", "price"], requests: ["запитів", "requests"], confidence: ["певність", "confidence"], claims: ["хто що прочитав", "who read what"], withoutModel: ["обійшлися без неї", "done without it"],
  checksFine: ["Усі перевірки пройдено.", "All checks passed."], checksFailed: ["Не пройдено; сказано безпечний текст.", "Failed; the safe text was said."], rejected: ["Слова моделі відхилено", "The model's words were rejected"], blocked: ["Повідомлення не читалося як бажання клієнта.", "The message was not read as a customer's wish."],
  commitWhy: ["Стан, вхідні, відповіді й запис ходу: одна транзакція.", "State, input, replies and record: one transaction."], actions: ["дії", "actions"], notSeen: ["Каналу ще не доставлено, або це було до запуску.", "Not delivered yet, or it was before this run."], min: ["хв", "min"], hour: ["год", "h"], days: ["дн.", "days"], ms: ["мс", "ms"], s: ["с", "s"],
  changed: ["Що змінилося за хід", "What the turn changed"], same: ["Нічого не змінилося.", "Nothing changed."], older: ["Попередній хід", "Turn before"], newer: ["Наступний хід", "Turn after"], replay: ["Переграти", "Replay"],
  replayTitle: ["Переграти хід", "Replay turn"], replayWhy: ["Хід виконується ще раз від того, що було перед ним. Нічого не надсилається й не зберігається.", "The turn is taken again from what was before it. Nothing is sent or stored."], file: ["файл", "file"], noChange: ["без змін", "nothing changed"], input: ["повідомлення", "messages"], answer: ["відповідь моделі (JSON); порожньо: лише правила", "the model's answer (JSON); empty: rules alone"], ignore: ["правила, яких немає", "rules that are off"], rule: ["слова правила", "words of a rule"], ruleWhy: ["Фраза на рядок; unless: фраза, що забороняє; * будь-яке закінчення, / або, .. до трьох слів, [ ] необов'язково, <want> клас слів.", "A phrase a line; unless: a phrase that forbids it; * any ending, / or, .. up to three words, [ ] optional, <want> a class of words."], shape: ["Вставити зразок відповіді", "Insert an answer's shape"], shapePhoto: ["Вставити зразок: що на фото", "Insert a shape: what the photo shows"], run: ["Виконати", "Run"], was: ["Було", "It was"], would: ["Було б", "It would be"], saveCase: ["Зберегти як випадок для mirt eval", "Save as a case for mirt eval"], noReplay: ["У записі немає стану перед ходом.", "The record does not hold the state before the turn."], equal: ["Те саме.", "The same."], stateDiff: ["Різниця стану", "Difference in state"], cause: ["Хід менеджера або часу", "A manager's or the clock's turn"],
  managers: ["Чат менеджерів", "Managers' chat"], managersElsewhere: ["Чат менеджерів у справжньому Telegram.", "The managers' chat is in the real Telegram."], noCards: ["Карток ще немає. Вони з'являються, коли потрібна людина.", "No cards yet. They come when a human is needed."], answerHere: ["Відповідь клієнтові", "Answer to the customer"], pressed: ["надіслано", "sent"],
  pause: ["Пауза", "Pause"], resume: ["Продовжити", "Resume"], pausedSince: ["Пауза з", "Paused since"], paused: ["на паузі", "paused"], pauseWhy: ["На паузі відповідають лише менеджери. Набуває чинності за десять секунд.", "While it is paused, managers alone answer. It takes effect within ten seconds."],
  queues: ["Черги", "Queues"], queue: ["черга", "queue"], waiting: ["чекає", "waiting"], inFlight: ["у роботі", "in flight"], dead: ["Мертві листи", "Dead letters"], noDead: ["Порожньо: усе дійшло.", "Empty: everything arrived."], redrive: ["Повернути в роботу", "Redrive"], redriven: ["повертаються", "on the way back"], age: ["вік", "age"], tries: ["спроб", "tries"], why: ["чому", "why"],
  dueState: ["час для цієї розмови", "time for this conversation"],
  dueFollowUp: ["нагадати про себе", "follow-up"], dueSummary: ["підсумувати розмову", "sum the conversation up"], dueOrder: ["замовлення в CRM", "order to the CRM"], calendar: ["Календар", "Calendar"], moveHere: ["сюди", "move here"], toNext: ["До найближчого", "To the next"], moving: ["Час минає: робиться все, що настало…", "Time passes: what became due is being done…"], m15: ["15 хв", "15 min"], h1: ["1 год", "1 h"], h4: ["4 год", "4 h"], d1: ["1 день", "1 day"],
  due: ["За розкладом", "Due"], noDue: ["Найближчого місяця нічого.", "Nothing in the coming month."], clock: ["Годинник", "Clock"], clockWhy: ["Лише вперед: збережене не може лежати в майбутньому.", "Only forward: what is stored cannot lie in the future."], forward: ["вперед", "forward"], sweep: ["Прибрати зараз", "Sweep now"], sweepWhy: ["Усе, що вже мало статися, стається.", "What should have happened happens."],
  orders: ["Замовлення", "Orders"], noOrders: ["Цього й минулого місяця оплачених замовлень немає.", "No paid orders in this month and the last."],
  costOf: ["З чого складається", "What it is made of"], costWhy: ["Одиниці порахувало місцеве сховище, без поглядів цієї сторінки; ціни з README.", "Units as the local store counted them, this page's own looks left out; prices as in the README."], writeUnits: ["одиниць запису", "write units"], readUnits: ["одиниць читання", "read units"], mbSeconds: ["МБ·с", "MB·s"],
  cost: ["Витрати сьогодні", "Cost today"], twoWeeks: ["останні 14 днів", "the last 14 days"], history: ["Історія Telegram", "Telegram's history"], noHistory: ["Ще нічого не завантажено: mirt telegram fetch.", "Nothing fetched yet: mirt telegram fetch."], complete: ["повних", "complete"], partial: ["неповних", "partial"], gaps: ["пропусків", "gaps"],
  fModel: ["Модель", "Model"], fAs: ["як у налаштуваннях", "as set"], fWell: ["своя, добра", "own, good"], fSlow: ["повільна", "slow"], fLying: ["бреше", "lying"], fDown: ["не працює", "down"], fTakes: ["приймає", "takes"], fRefuses: ["відмовляє", "refuses"], fStore: ["Сховище не працює", "Store down"], fQueue: ["Черга не працює", "Queue down"], fCrash: ["Збій зараз", "Crash now"], fCrashWhy: ["Вбиває процес функції, як kill -9.", "Kills the function's process, as kill -9 does."], killed: ["процес убито", "process killed"], nobody: ["процесу не було", "there was no process"],
};

const LANGUAGES = ["uk", "en"];
const KEY = "mirt-language";

/** Which language is shown; the browser's, if it is not Ukrainian's neighbour's, is English. */
export const language = localStorage.getItem(KEY) ?? (/^(uk|ru)/.test(navigator.language) ? "uk" : "en");

/** @param {keyof typeof WORDS} name */
export const t = (name) => WORDS[name][language === "en" ? 1 : 0];

/** Shows the page in the other language. */
export function switchLanguage() {
  localStorage.setItem(KEY, language === "en" ? LANGUAGES[0] : LANGUAGES[1]);
  location.reload();
}

const locale = language === "en" ? "en-GB" : "uk-UA";
export const time = (/** @type {string | number} */ at) => new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const day = (/** @type {string | number} */ at) => new Date(at).toLocaleString(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
export const clock = (/** @type {string | number} */ at) => new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
export const dayName = (/** @type {Date} */ at) => at.toLocaleDateString(locale, { weekday: "short" });
export const month = (/** @type {Date} */ at) => at.toLocaleDateString(locale, { month: "short" });
/** The day of a moment here, as a name. @param {string | number | Date} at */
export const date = (at) => new Date(at).toLocaleDateString("sv-SE");
export const uah = (/** @type {number | string} */ sum) => `${Number(sum).toLocaleString(locale)} грн`;
export const usd = (/** @type {number} */ micro) => `$${(micro / 1e6).toFixed(micro < 1e4 ? 5 : 3)}`;
const MINUTE = 60000;
/** @param {number} ms */
const long = (ms) => (ms < 60 * MINUTE ? `${Math.floor(ms / MINUTE)} ${t("min")}` : ms < 48 * 60 * MINUTE ? `${Math.floor(ms / 60 / MINUTE)} ${t("hour")} ${Math.floor(ms / MINUTE) % 60} ${t("min")}` : `${Math.floor(ms / 24 / 60 / MINUTE)} ${t("days")}`);
export const span = (/** @type {number} */ ms) => (ms >= MINUTE ? long(ms) : ms < 10 && ms > 0 ? `${ms < 1 ? ms.toPrecision(2) : ms.toFixed(1)} ${t("ms")}` : ms >= 1000 ? `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} ${t("s")}` : `${Math.round(ms)} ${t("ms")}`);
