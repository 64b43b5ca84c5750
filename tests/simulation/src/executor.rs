//! Tasks on one thread, in virtual time, in an order that a seed decides.
//!
//! Nothing here sleeps: when no task can go on, the clock jumps to the next timer. A task is killed
//! by dropping its future where it stands, which is what the end of a process looks like from
//! outside.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use fastrand::Rng;
use jiff::Timestamp;

/// Polls after which a run counts as an endless loop. A usual run has some thousands.
const MAX_POLLS: u64 = 3_000_000;

/// Names a task.
pub type TaskId = u64;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tasks and their time. Dropping it drops the tasks.
pub struct Executor {
    handle: Handle,
    tasks: BTreeMap<TaskId, Task>,
    polls: u64,
}

/// What tasks use of their executor: time, chance, other tasks.
#[derive(Clone)]
pub struct Handle(Arc<Mutex<Core>>);

struct Core {
    now: Timestamp,
    rng: Rng,
    next_task: TaskId,
    /// Tasks that can go on, in no order.
    ready: Vec<TaskId>,
    spawned: Vec<(TaskId, Task)>,
    killed: Vec<TaskId>,
    timers: BinaryHeap<Reverse<Timer>>,
}

/// Wakes a task at a time.
struct Timer {
    at: Timestamp,
    /// Among timers of one time, the first that was set: the order of a heap is not stable.
    number: u64,
    waker: Waker,
}

/// A run that polls and polls.
#[derive(Debug, PartialEq, Eq)]
pub struct Endless;

impl Executor {
    /// An executor whose clock stands at `now` and whose choices follow from `seed`.
    #[must_use]
    pub fn new(seed: u64, now: Timestamp) -> Self {
        let core = Core {
            now,
            rng: Rng::with_seed(seed),
            next_task: 0,
            ready: Vec::new(),
            spawned: Vec::new(),
            killed: Vec::new(),
            timers: BinaryHeap::new(),
        };
        Self { handle: Handle(Arc::new(Mutex::new(core))), tasks: BTreeMap::new(), polls: 0 }
    }

    /// For tasks.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Runs until no task is left or the clock stands at `until`, whichever comes first. Says
    /// whether no task is left.
    ///
    /// # Errors
    /// When the run is endless.
    pub fn run_until(&mut self, until: Timestamp) -> Result<bool, Endless> {
        loop {
            self.settle();
            let ready = self.handle.lock().take_ready();
            if let Some(id) = ready {
                self.polls += 1;
                if self.polls > MAX_POLLS {
                    return Err(Endless);
                }
                self.poll(id);
            } else if self.tasks.is_empty() {
                return Ok(true);
            } else if !self.handle.pass_time(until) {
                return Ok(false);
            }
        }
    }

    /// Lets the clock stand at `now`, where it is not later yet.
    pub fn advance_to(&self, now: Timestamp) {
        let mut core = self.handle.lock();
        core.now = core.now.max(now);
    }

    fn poll(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let waker = Waker::from(Arc::new(TaskWaker { core: Arc::clone(&self.handle.0), id }));
        if task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            self.tasks.remove(&id);
        }
    }

    /// Takes in tasks that were spawned and lets go of those that were killed. A task's end may
    /// spawn or kill others.
    fn settle(&mut self) {
        loop {
            let (spawned, killed) = {
                let mut core = self.handle.lock();
                (mem::take(&mut core.spawned), mem::take(&mut core.killed))
            };
            if spawned.is_empty() && killed.is_empty() {
                return;
            }
            self.tasks.extend(spawned);
            for id in killed {
                self.tasks.remove(&id);
            }
        }
    }
}

impl Handle {
    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.lock().now
    }

    /// Asks chance.
    pub fn chance<T>(&self, ask: impl FnOnce(&mut Rng) -> T) -> T {
        ask(&mut self.lock().rng)
    }

    /// Starts a task, which is told its own id.
    pub fn spawn<F>(&self, task: impl FnOnce(TaskId) -> F) -> TaskId
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let id = {
            let mut core = self.lock();
            core.next_task += 1;
            core.next_task
        };
        let task = Box::pin(task(id));
        let mut core = self.lock();
        core.spawned.push((id, task));
        core.ready.push(id);
        id
    }

    /// Ends a task where it stands.
    pub fn kill(&self, task: TaskId) {
        self.lock().killed.push(task);
    }

    /// Waits.
    pub async fn sleep(&self, duration: Duration) {
        let until = mirt_engine::clock::after(self.now(), duration);
        Sleep { handle: self.clone(), until, is_set: false }.await;
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        // Nothing panics while it holds the lock, and a run is over after a panic anyway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock to the next timers and wakes their tasks, unless they are after `until`.
    fn pass_time(&self, until: Timestamp) -> bool {
        let mut woken = Vec::new();
        {
            let mut core = self.lock();
            let Some(Reverse(first)) = core.timers.peek() else { return false };
            let at = first.at;
            if at > until {
                core.now = core.now.max(until);
                return false;
            }
            core.now = core.now.max(at);
            while let Some(Reverse(timer)) = core.timers.peek() {
                if timer.at > at {
                    break;
                }
                woken.extend(core.timers.pop().map(|Reverse(timer)| timer.waker));
            }
        }
        // Outside the lock: a waker takes it.
        woken.into_iter().for_each(Waker::wake);
        true
    }
}

impl Core {
    fn take_ready(&mut self) -> Option<TaskId> {
        if self.ready.is_empty() {
            return None;
        }
        let place = self.rng.usize(..self.ready.len());
        Some(self.ready.swap_remove(place))
    }
}

struct TaskWaker {
    core: Arc<Mutex<Core>>,
    id: TaskId,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        if !core.ready.contains(&self.id) {
            core.ready.push(self.id);
        }
    }
}

struct Sleep {
    handle: Handle,
    until: Timestamp,
    is_set: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut core = self.handle.lock();
        if core.now >= self.until {
            return Poll::Ready(());
        }
        if !self.is_set {
            let number = core.next_task;
            core.next_task += 1;
            let timer = Timer { at: self.until, number, waker: context.waker().clone() };
            core.timers.push(Reverse(timer));
            drop(core);
            self.is_set = true;
        }
        Poll::Pending
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
