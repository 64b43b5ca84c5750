//! The height of last time: has the child grown?

use super::draft::Draft;
use crate::{
    language::rules::Signal,
    perceive::Perceived,
    prompts::{Placeholder, TemplateKey, Values},
    session::Session,
    state::Intent,
};

/// Asks about the height of last time, once a conversation; whether it did.
pub(super) fn ask_grown(draft: &mut Draft<'_>) -> bool {
    if draft.facts().flags.recalled_height || draft.is_asking() {
        return false;
    }
    let Some((height, is_old)) = draft.session.profile().height(draft.now) else { return false };
    let values = Values::none().with(Placeholder::Height, height);
    draft.facts_mut().flags.recalled_height = true;
    if is_old {
        draft.ask(TemplateKey::SizeAskHeightAgain, values);
        return true;
    }
    draft.facts_mut().flags.asked_same_height = Some(height);
    draft.ask(TemplateKey::SizeAskSameHeight, values);
    draft.options = [TemplateKey::QuickSameHeight, TemplateKey::QuickGrown]
        .map(|key| draft.words(key, &Values::none()))
        .to_vec();
    true
}

/// What a message says that answers the question whether the child has grown: "no" tells the height
/// of last time, "yes" that another one has to be asked for. `None` where the message says something
/// else.
pub(super) fn answer(session: &Session, perceived: &Perceived) -> Option<Perceived> {
    let height = session.facts().flags.asked_same_height?;
    if perceived.names_something() || perceived.tells_size() || perceived.is_blocked {
        return None;
    }
    let mut read = perceived.clone();
    if perceived.has(Signal::Refusal) {
        read.signals.remove(&Signal::Refusal);
        read.heights = vec![height];
    } else if perceived.has(Signal::Consent) || perceived.is_nod {
        read.signals.remove(&Signal::Consent);
        read.is_nod = false;
        read.signals.insert(Signal::AskSize);
    } else {
        return None;
    }
    read.intent = Intent::SizeHelp;
    Some(read)
}
