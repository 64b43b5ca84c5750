// The page begins here.

import { api } from "./api.js";
import { chats } from "./chat.js";
import { counter } from "./counter.js";
import { frame } from "./frame.js";
import { inside } from "./inside.js";
import { follow } from "./live.js";
import { begin, changed, store } from "./store.js";
import { story } from "./story.js";

const pane = (/** @type {string} */ name) => /** @type {HTMLElement} */ (document.getElementById(name));

frame();
begin();
const phones = chats(pane("chats"));
inside(pane("inside"));
story(pane("story"));
counter(pane("counter"));
follow();
if (matchMedia("(min-width: 800px)").matches) phones.focus();
store.about = await api.about();
changed("about");
