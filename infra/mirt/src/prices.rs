//! What AWS takes: its public prices of us-east-1, which the README names (a test compares them). They
//! come from outside and change.

/// Trillionths of a dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PicoUsd(pub(crate) u64);

impl PicoUsd {
    /// This much for each of so many.
    const fn each(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// In millionths of a dollar, as the model's costs are.
    pub(crate) const fn micro_usd(self) -> u64 {
        self.0.div_ceil(1_000_000)
    }
}

/// A write unit and a read unit of DynamoDB, on demand.
const WRITE_UNIT: PicoUsd = PicoUsd(625_000);
const READ_UNIT: PicoUsd = PicoUsd(125_000);

/// A request of SQS FIFO, of an HTTP API, and of Lambda.
const QUEUE_REQUEST: PicoUsd = PicoUsd(500_000);
const API_REQUEST: PicoUsd = PicoUsd(1_000_000);
const INVOCATION: PicoUsd = PicoUsd(200_000);

/// A second of a gigabyte of Lambda.
const GB_SECOND: PicoUsd = PicoUsd(16_666_700);

/// Megabyte-milliseconds in a gigabyte-second.
const MB_MS_A_GB_S: u128 = 1_024 * 1_000;

/// What a system used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Used {
    /// Halves of DynamoDB's units, as an eventually consistent read is one.
    pub(crate) half_writes: u64,
    pub(crate) half_reads: u64,
    /// Requests of SQS.
    pub(crate) queue_requests: u64,
    /// Requests of the HTTP API.
    pub(crate) api_requests: u64,
    /// Invocations of functions, and their memory in MB times their milliseconds.
    pub(crate) invocations: u64,
    pub(crate) mb_ms: u64,
}

impl Used {
    /// What is in `self` and was not in `before`.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            half_writes: self.half_writes.saturating_sub(before.half_writes),
            half_reads: self.half_reads.saturating_sub(before.half_reads),
            queue_requests: self.queue_requests.saturating_sub(before.queue_requests),
            api_requests: self.api_requests.saturating_sub(before.api_requests),
            invocations: self.invocations.saturating_sub(before.invocations),
            mb_ms: self.mb_ms.saturating_sub(before.mb_ms),
        }
    }

    /// Both together.
    pub(crate) const fn and(self, more: Self) -> Self {
        Self {
            half_writes: self.half_writes + more.half_writes,
            half_reads: self.half_reads + more.half_reads,
            queue_requests: self.queue_requests + more.queue_requests,
            api_requests: self.api_requests + more.api_requests,
            invocations: self.invocations + more.invocations,
            mb_ms: self.mb_ms + more.mb_ms,
        }
    }

    /// What it costs, service by service: the service's name, how much was used of what, the price.
    pub(crate) fn lines(self) -> [(&'static str, &'static str, u64, PicoUsd); 6] {
        let (writes, reads) = (self.half_writes.div_ceil(2), self.half_reads.div_ceil(2));
        // Divided last: a turn is a few thousandths of a gigabyte-second.
        let gb_s = u128::from(self.mb_ms) * u128::from(GB_SECOND.0) / MB_MS_A_GB_S;
        let gb_s = PicoUsd(gb_s.try_into().unwrap_or(u64::MAX));
        [
            ("DynamoDB", "write_units", writes, WRITE_UNIT.each(writes)),
            ("DynamoDB", "read_units", reads, READ_UNIT.each(reads)),
            ("Lambda", "mb_s", self.mb_ms / 1_000, gb_s),
            ("Lambda", "requests", self.invocations, INVOCATION.each(self.invocations)),
            ("SQS", "requests", self.queue_requests, QUEUE_REQUEST.each(self.queue_requests)),
            ("API Gateway", "requests", self.api_requests, API_REQUEST.each(self.api_requests)),
        ]
    }

    /// What all of it costs.
    pub(crate) fn cost(self) -> PicoUsd {
        PicoUsd(self.lines().iter().map(|(_, _, _, cost)| cost.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = include_str!("../../../README.md");

    /// The README's line of costs that begins with `service`.
    fn line(service: &str) -> &'static str {
        let begin = format!("| {service}");
        README.lines().find(|line| line.starts_with(&begin)).unwrap_or_default()
    }

    /// Dollars for a million, with as many digits as are not zero, two at least.
    fn a_million(price: PicoUsd) -> String {
        let thousandths = price.0 / 1_000;
        let digits = format!("${}.{:03}", thousandths / 1_000, thousandths % 1_000);
        digits.strip_suffix('0').unwrap_or(&digits).to_owned()
    }

    #[test]
    fn the_readme_names_these_prices() {
        for (service, price) in [
            ("DynamoDB on demand", WRITE_UNIT),
            ("DynamoDB on demand", READ_UNIT),
            ("Lambda, ", INVOCATION),
            ("SQS FIFO", QUEUE_REQUEST),
            ("API Gateway", API_REQUEST),
        ] {
            let (line, price) = (line(service), a_million(price));
            assert!(line.contains(&price), "{service}: {price} in {line}");
        }
        let second = format!("$0.{:010} a GB-s", GB_SECOND.0 / 100);
        assert!(line("Lambda, ").contains(&second), "{second}");
    }

    #[test]
    fn ten_thousand_turns_cost_what_the_readme_says() {
        let used = Used {
            half_writes: 2 * 380_000,
            half_reads: 2 * 10_200,
            queue_requests: 3 * 10_000,
            api_requests: 10_000,
            invocations: 20_000,
            mb_ms: 10_000 * (1_700 * 512 + 10 * 128),
        };

        let cents = used.cost().micro_usd().div_ceil(10_000);
        assert!(line("**together**").contains(&format!("$0.{cents}")), "{cents}");
    }

    #[test]
    fn what_was_used_since_a_moment_is_the_difference() {
        let before = Used { half_writes: 3, invocations: 1, ..Used::default() };
        let more = Used { half_reads: 5, invocations: 1, ..Used::default() };

        assert_eq!(before.and(more).since(before), more);
    }
}
