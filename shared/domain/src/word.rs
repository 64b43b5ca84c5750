//! Wording: from what is to be said to the bubbles that a customer reads.

use crate::{
    decide::Say,
    prompts::{Prompts, RenderError, TemplateKey, Values},
    reply::Bubble,
};

/// The bubbles of what is said, in order. The seed chooses between wordings.
///
/// # Errors
/// When a text lacks a fact that it names: a fault of the code, answered by a safe text.
pub fn bubbles(prompts: &Prompts, says: &[Say], seed: u64) -> Result<Vec<Bubble>, RenderError> {
    let mut bubbles = Vec::new();
    for (at, say) in says.iter().enumerate() {
        let seed = seed.wrapping_add(at as u64);
        match say {
            Say::Text(key, values) => {
                bubbles.extend(prompts.render(*key, values, seed)?.into_iter().map(Bubble::Text));
            }
            Say::Lines(lines) => {
                let lines = lines
                    .iter()
                    .map(|(key, values)| line(prompts, *key, values, seed))
                    .collect::<Result<Vec<_>, _>>()?;
                bubbles.push(Bubble::Text(lines.join("\n")));
            }
            Say::Photo { url, caption: (key, values) } => {
                let caption = line(prompts, *key, values, seed)?;
                bubbles.push(Bubble::Photo { url: url.clone(), caption: Some(caption) });
            }
        }
    }
    Ok(bubbles)
}

fn line(
    prompts: &Prompts,
    key: TemplateKey,
    values: &Values,
    seed: u64,
) -> Result<String, RenderError> {
    Ok(prompts.render(key, values, seed)?.join(" "))
}

/// The names of the texts that are said, for the trace.
#[must_use]
pub fn names(says: &[Say]) -> Vec<String> {
    says.iter()
        .flat_map(|say| match say {
            Say::Text(key, _) => vec![*key],
            Say::Lines(lines) => lines.iter().map(|(key, _)| *key).collect(),
            Say::Photo { caption, .. } => vec![caption.0],
        })
        .map(|key| key.as_str().to_owned())
        .collect()
}
