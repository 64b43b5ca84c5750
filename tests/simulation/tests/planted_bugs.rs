//! The simulation finds what it is there to find.

use mirt_simulation::{mutant::Mutant, summary::Summary};

/// Seeds within which each of these is found; most are found within fifty.
const WITHIN: u64 = 1_500;

/// Found within [`WITHIN`] seeds. The others need two faults at once, because what they break is
/// guarded twice; the README says how many seeds find them.
const SOON: [Mutant; 23] = [
    Mutant::LastWriterWins,
    Mutant::NoConditionOnNewInput,
    Mutant::CommitInTwoWrites,
    Mutant::WakeBeforeRecord,
    Mutant::AnswerBeforeRecord,
    Mutant::NoDedupe,
    Mutant::NoLimit,
    Mutant::WakeNamedByContent,
    Mutant::ContentIsOnceForever,
    Mutant::MarkBeforeSend,
    Mutant::NoMark,
    Mutant::NoDeadline,
    Mutant::PostponedIsHidden,
    Mutant::UnsortedInbox,
    Mutant::AlertAfterCommit,
    Mutant::NoCeiling,
    Mutant::CreateWithoutAsking,
    Mutant::SubmittedAfterTheCall,
    Mutant::NoWaitForAnswer,
    Mutant::NoOrderVersionCondition,
    Mutant::OrderIsNeverDue,
    Mutant::GiveUpInSilence,
    Mutant::AnswerCrmBeforeWriting,
];

#[test]
fn each_planted_bug_is_found() {
    let missed: Vec<Mutant> = SOON
        .into_iter()
        .filter(|mutant| Summary::until_one_fails(WITHIN, *mutant).failed.is_empty())
        .collect();

    assert_eq!(missed, [], "not found within {WITHIN} seeds");
}
