//! A subscriber that records what dynacond traces, for the tests of it.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

pub type Fields = BTreeMap<&'static str, String>;

#[derive(Clone, Debug)]
pub struct Traced {
    pub level: Level,
    pub name: &'static str,
    /// What users filter by.
    pub target: &'static str,
    pub fields: Fields,
    /// The index of the span of an event.
    pub within: Option<usize>,
}

impl Traced {
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }
}

#[derive(Default)]
struct Recorded {
    least: Option<Level>,
    spans: Vec<Traced>,
    events: Vec<Traced>,
    entered: Vec<usize>,
}

thread_local! {
    static RECORDED: RefCell<Option<Recorded>> = const { RefCell::new(None) };
}

/// Records what dynacond traces on this thread, until it is dropped.
pub struct Recording;

impl Recording {
    pub fn start() -> Self {
        Self::from(Level::TRACE)
    }

    /// As a subscriber that hears nothing below this level.
    pub fn from(least: Level) -> Self {
        static INSTALLED: Once = Once::new();
        // One for all threads: interest in a callsite is asked of the subscriber of whichever thread meets it first.
        INSTALLED.call_once(|| tracing::subscriber::set_global_default(Recorder).unwrap());
        let recorded = Recorded {
            least: Some(least),
            ..Recorded::default()
        };
        RECORDED.set(Some(recorded));
        Self
    }

    pub fn spans(&self) -> Vec<Traced> {
        self.look(|recorded| recorded.spans.clone())
    }

    pub fn events(&self) -> Vec<Traced> {
        self.look(|recorded| recorded.events.clone())
    }

    /// The only span.
    #[track_caller]
    pub fn span(&self) -> Traced {
        let [span] = <[Traced; 1]>::try_from(self.spans()).expect("one span");
        span
    }

    /// The only event.
    #[track_caller]
    pub fn event(&self) -> Traced {
        let [event] = <[Traced; 1]>::try_from(self.events()).expect("one event");
        event
    }

    #[expect(clippy::unused_self, reason = "there is one while it lives")]
    fn look<T>(&self, look: impl FnOnce(&Recorded) -> T) -> T {
        RECORDED.with_borrow(|recorded| look(recorded.as_ref().unwrap()))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        RECORDED.set(None);
    }
}

struct Recorder;

fn recorded<T: Default>(change: impl FnOnce(&mut Recorded) -> T) -> T {
    RECORDED.with_borrow_mut(|recorded| recorded.as_mut().map(change).unwrap_or_default())
}

impl Subscriber for Recorder {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let ours = target == "dynacond" || target.starts_with("dynacond::");
        ours && recorded(|recorded| recorded.least >= Some(*metadata.level()))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Visitor::default();
        span.record(&mut fields);
        let spans = recorded(|recorded| {
            recorded.spans.push(Traced {
                level: *span.metadata().level(),
                name: span.metadata().name(),
                target: span.metadata().target(),
                fields: fields.0,
                within: None,
            });
            recorded.spans.len()
        });
        Id::from_u64(spans.max(1) as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Visitor::default();
        values.record(&mut fields);
        recorded(|recorded| recorded.spans[index(span)].fields.extend(fields.0));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Visitor::default();
        event.record(&mut fields);
        recorded(|recorded| {
            recorded.events.push(Traced {
                level: *event.metadata().level(),
                name: event.metadata().name(),
                target: event.metadata().target(),
                fields: fields.0,
                within: recorded.entered.last().copied(),
            });
        });
    }

    fn enter(&self, span: &Id) {
        recorded(|recorded| recorded.entered.push(index(span)));
    }

    fn exit(&self, _: &Id) {
        recorded(|recorded| recorded.entered.pop());
    }
}

fn index(span: &Id) -> usize {
    usize::try_from(span.into_u64()).unwrap() - 1
}

#[derive(Default)]
struct Visitor(Fields);

impl Visit for Visitor {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

pub fn fields<const N: usize>(fields: [(&'static str, &str); N]) -> Fields {
    fields.map(|(name, value)| (name, value.to_owned())).into()
}
