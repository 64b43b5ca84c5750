//! A day's digest, once the day is there: words by a model, if there is one, and sent, if to anybody.
//!
//! What is done is noted with the day's record, so that a process that dies is made good by the next:
//! of what was sent, at most the one message is sent again whose sending could not be noted.

use std::time::Duration;

use mirt_engine::{
    clock::{Clock, until},
    failure::{SendError, chain},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Fetch, Run, Stop, calls::CALL_NEEDS, day::done};
use crate::{
    digest::{
        AskAboutDay, DayAnswer, Digest, Facts, MadeBy, Material, PartAnswer, Question, SendDigest,
        day_format, part_format,
    },
    document::Document,
    record::{DayRecord, DigestStep, Published},
    store::{Announce, Days, Lease, Pages, ReadHistory},
};

/// The longest time of one question, shorter than what is left of the lease when it is put.
const QUESTION_TIME: Duration = Duration::from_secs(45);

/// A question is not put with less time left.
const LEAST_QUESTION_TIME: Duration = Duration::from_secs(15);

impl<R, S, A, C, M, T> Fetch<'_, R, S, A, C, M, T>
where
    R: ReadHistory,
    S: Days + Pages,
    A: Announce,
    C: Clock,
    M: AskAboutDay,
    T: SendDigest,
{
    /// Does what is still to be done about the digest of a published day.
    pub(super) async fn settle_digest<L: Lease>(
        &self,
        run: &mut Run<'_, L, C>,
        record: &mut DayRecord,
    ) -> Result<(), Stop> {
        let Some(published) = &record.published else { return Ok(()) };
        if published.digest == DigestStep::Settled {
            return Ok(());
        }
        let (chat, day) = (&run.command.chat, record.day);
        let kept = self.store.digest(chat, day, published.generation).await?;
        let Some(mut digest) = kept else {
            // It is published with its digest; one without is not ours to make up.
            return self.note_digest(run, record, DigestStep::Settled).await;
        };
        if published.digest == DigestStep::Words {
            if let Some(model) = &self.digests.model
                && let Some(worded) = self.worded(run, model, published, &digest).await?
            {
                digest = worded;
                let (generation, fence) = (published.generation, run.calls.hold.fence());
                let kept = self.store.keep_digest(chat, day, generation, &digest, fence);
                done(kept.await?)?;
            }
            self.note_digest(run, record, DigestStep::Send { sent: 0 }).await?;
        }
        self.send_digest(run, record, &digest).await
    }

    async fn send_digest<L: Lease>(
        &self,
        run: &mut Run<'_, L, C>,
        record: &mut DayRecord,
        digest: &Digest,
    ) -> Result<(), Stop> {
        let step = record.published.as_ref().map(|published| published.digest);
        if let (Some(DigestStep::Send { sent }), Some((sender, chat))) = (step, &self.digests.chat)
        {
            let mut text = digest.to_text(&self.digests.words);
            if self.digests.model.is_some() && digest.made_by == MadeBy::Facts {
                text = format!("{text}\n\n{}", self.digests.words.facts_only);
            }
            let parts = sender.parts(&text);
            for (place, part) in (1_u32..).zip(parts.iter()).skip(sent as usize) {
                run.calls.check().await?;
                match sender.send_digest(*chat, part).await {
                    Ok(()) => {}
                    // Nobody will take it: it is kept, and `mirt telegram digest` shows it.
                    Err(error @ (SendError::Refused { .. } | SendError::Closed { .. })) => {
                        let error = chain(&error);
                        tracing::error!(event = "degraded", what = "digest_refused", error);
                        break;
                    }
                    Err(error) => return Err(Stop::Unsent(error)),
                }
                self.note_digest(run, record, DigestStep::Send { sent: place }).await?;
            }
        }
        self.note_digest(run, record, DigestStep::Settled).await
    }

    async fn note_digest<L: Lease>(
        &self,
        run: &Run<'_, L, C>,
        record: &mut DayRecord,
        step: DigestStep,
    ) -> Result<(), Stop> {
        if let Some(published) = &mut record.published {
            published.digest = step;
        }
        let fence = run.calls.hold.fence();
        done(self.store.note(&run.command.chat, record, fence).await?)
    }

    /// The digest in a model's words; none if they cannot be had.
    async fn worded<L: Lease>(
        &self,
        run: &mut Run<'_, L, C>,
        model: &M,
        published: &Published,
        digest: &Digest,
    ) -> Result<Option<Digest>, Stop> {
        let (chat, day) = (&run.command.chat, digest.date);
        let pages = self.store.pages(chat, day, published.generation, published.pages).await?;
        let source = published.source.clone();
        let document = Document::assemble(source, pages, &published.preprocessing);
        let material = Material::of(&document, self.digests.budget, self.digests.part);
        if material.parts.is_empty() {
            return Ok(None);
        }
        if material.left_out > 0 {
            let left_out = material.left_out;
            tracing::warn!(event = "degraded", what = "digest_of_a_part_of_the_day", left_out);
        }
        let facts = Facts::of(&document);
        let mut input = facts.known(digest);
        let mut dropped = 0;
        if let [only] = &material.parts[..] {
            input["messages"] = json!(only);
        } else {
            let mut parts = Vec::new();
            for lines in &material.parts {
                let input = json!({ "messages": lines });
                let told = &self.digests.told.part;
                let answer = self.ask(run, model, told, &input, part_format()).await?;
                let Some(answer) = answer else { return Ok(None) };
                let (answer, not_held): (PartAnswer, _) = facts.part(answer);
                dropped += not_held;
                parts.push(answer);
            }
            input["parts"] = json!(parts);
        }
        let answer = self.ask(run, model, &self.digests.told.day, &input, day_format()).await?;
        let Some(answer) = answer else { return Ok(None) };
        let answer: DayAnswer = answer;
        let checked = facts.day(&answer, digest);
        dropped += checked.dropped;
        if dropped > 0 {
            tracing::warn!(event = "degraded", what = "digest_claims_dropped", dropped);
        }
        let worded = facts.worded(digest, checked);
        if worded.is_none() {
            tracing::warn!(event = "degraded", what = "digest_without_model", reason = "unusable");
        }
        Ok(worded)
    }

    /// Puts a question; no answer if the model has none that can be used.
    async fn ask<L: Lease, Answer: DeserializeOwned>(
        &self,
        run: &mut Run<'_, L, C>,
        model: &M,
        told: &str,
        input: &Value,
        format: mirt_engine::model::AnswerFormat,
    ) -> Result<Option<Answer>, Stop> {
        run.calls.check().await?;
        let left = until(self.clock.now(), run.calls.deadline).saturating_sub(CALL_NEEDS);
        if left < LEAST_QUESTION_TIME {
            return Err(Stop::Time);
        }
        let question = Question { instructions: told.to_owned(), input: input.to_string(), format };
        let asked = model.ask_about_day(&question, left.min(QUESTION_TIME)).await;
        let usage = &mut run.report.model;
        usage.questions += 1;
        usage.tokens += asked.usage.input_tokens + asked.usage.output_tokens;
        usage.micro_usd += asked.usage.cost.0;
        let answer = match asked.answer {
            Ok(answer) => serde_json::from_str(&answer).map_err(|_| "no answer of that form"),
            Err(error) => Err(error.as_str()),
        };
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(reason) => {
                tracing::warn!(event = "degraded", what = "digest_without_model", reason);
                Ok(None)
            }
        }
    }
}
