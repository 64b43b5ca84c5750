//! Bugs to plant, each of the kind that the simulation is there to find.
//!
//! They live in the simulated ports and in wrong copies of a use case's few lines, never in the
//! engine.

use clap::ValueEnum;

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Mutant {
    /// A commit looks neither at the version that was read nor at whether what it consumes is still
    /// there.
    LastWriterWins,
    /// A commit does not look at the version that was read.
    NoVersionCondition,
    /// A commit deletes what it consumed whether or not it is still there.
    NoConditionOnConsumed,
    /// A commit does not look at whether what was said before is settled.
    NoConditionOnSettled,
    /// A commit does not look at whether an event came in since the session was read.
    NoConditionOnNewInput,
    /// A commit is two writes: the checkpoint, and then the inbox.
    CommitInTwoWrites,
    /// The session is woken before its event is recorded.
    WakeBeforeRecord,
    /// A duplicate does not wake its session again.
    NoWakeOnDuplicate,
    /// The webhook answers before the event is recorded.
    AnswerBeforeRecord,
    /// An event is recorded without looking at whether it was before.
    NoDedupe,
    /// Events are recorded however many there are.
    NoLimit,
    /// The wake-up of an event without an id is named by its content alone.
    WakeNamedByContent,
    /// The same words are one event for ever, not for a short window.
    ContentIsOnceForever,
    /// A reply is noted as sent before it is sent.
    MarkBeforeSend,
    /// A reply that was sent is not noted as sent.
    NoMark,
    /// A process goes on sending after its time.
    NoDeadline,
    /// Replies that wait for their time are not read with the session.
    PostponedIsHidden,
    /// The inbox is read in no order.
    UnsortedInbox,
    /// What a turn leaves to a human is written after it, by another call.
    AlertAfterCommit,
    /// Calls of the model are granted however many there were.
    NoCeiling,
    /// A failed session's messages are deleted from the queue all the same.
    FailureIsNotReported,
    /// An order is made in the CRM without asking whether it is there.
    CreateWithoutAsking,
    /// That an order is about to be made is not written down before.
    SubmittedAfterTheCall,
    /// The CRM is asked again at once after an answer that never came, while it may be at work still.
    NoWaitForAnswer,
    /// An order is written without looking at the version that was read.
    NoOrderVersionCondition,
    /// An order that was confirmed is in no index, so that only its message leads to it.
    OrderIsNeverDue,
    /// An order that is given up is noted as such, and nobody is told.
    GiveUpInSilence,
    /// A delivery of the CRM is answered before what it tells is written.
    AnswerCrmBeforeWriting,
}
