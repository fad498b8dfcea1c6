//! A source read by an engine: files that follow each other, standard input, or a live interface.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fieldwatch_core::bank::{Mark, MarkKind};
use fieldwatch_core::capture::{self, Capture, Record};
use fieldwatch_core::engine::{Engine, Expected, Lesson, Limits, Opening};
use fieldwatch_core::key::ContextKey;
use fieldwatch_core::spec::Transport;
use fieldwatch_core::table::Table;
use fieldwatch_live::{Kept, Live, LiveError, Segments};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::report::{self, BadRow, ConversationRow, PieceRow, SightingRow, TallyRow};
use crate::text;

pyo3::create_exception!(
    _native,
    CaptureError,
    PyValueError,
    "What was read is no capture that can be used: says what was read and what is allowed."
);

/// Packets that are read before control returns for a look at the clock and at signals.
const TICK: u32 = 200_000;

/// On a live interface control returns at least so often.
const LIVE_TICK: Duration = Duration::from_millis(200);

/// Packets that are taken from a busy interface without a look at the clock: a few milliseconds' worth.
const LIVE_BURST: u32 = 1_024;

/// in the answer?, offset, length, kind (see `mark_kind`)
type MarkRow = (bool, u32, u32, u8);
/// for both hosts?, protocol, key, context number
type OpeningRow = (bool, u16, Vec<u8>, u32);
/// protocol, "tcp" or "udp", port, ip ("" for the answerer)
type ExpectedRow = (u16, String, u16, String);
/// protocol, request, answer, from server, context, carrier, port
type NovelRow<'py> = (u16, Option<Bound<'py, PyBytes>>, Option<Bound<'py, PyBytes>>, bool, u32, &'static str, u16);

#[pyclass]
pub struct Session {
    engine: Engine,
    /// Never locked: a `Mutex` only because Python may move the session between threads.
    capture: Mutex<Option<Capture>>,
    /// The interface that is read instead of a capture.
    live: Mutex<Option<Listening>>,
    file: u32,
    read: Vec<FileRow>,
    /// The packet before which `run` stopped.
    held: Option<Held>,
    /// What was written of the interfaces that are closed.
    kept: Kept,
}

/// A packet that is fed next.
struct Held {
    number: u64,
    seen_ns: i64,
    link: u16,
    wire_length: u32,
    data: Vec<u8>,
}

impl Held {
    #[cold]
    #[inline(never)]
    fn of(record: &Record<'_>) -> Held {
        let Record { number, seen_ns, link, wire_length, data } = *record;
        Held { number, seen_ns, link, wire_length, data: data.to_vec() }
    }

    fn record(&self) -> Record<'_> {
        Record { number: self.number, seen_ns: self.seen_ns, link: self.link, wire_length: self.wire_length, data: &self.data }
    }
}

/// The times that are read without a stop.
#[derive(Clone, Copy)]
struct Span {
    since_ns: i64,
    until_ns: i64,
}

impl Span {
    #[inline(always)]
    fn holds(self, seen_ns: i64) -> bool {
        self.since_ns <= seen_ns && seen_ns < self.until_ns
    }
}

/// A live interface, and what was read of it.
struct Listening {
    live: Live,
    packets: u64,
    bytes: u64,
    /// Packets before the first one of it: numbers go on behind them.
    before: u64,
    segments: Option<Segments>,
    flushed: Instant,
}

impl Listening {
    /// Hands what was kept to the kernel, a few times a second.
    fn keep(&mut self) {
        if let Some(segments) = &mut self.segments {
            if self.flushed.elapsed() >= LIVE_TICK {
                segments.flush();
                self.flushed = Instant::now();
            }
        }
    }
}

/// packets, bytes, bytes read, cut (what was missing, in words), skipped blocks, drops that the capturer reported, records that could not be handed out
type FileRow = (u64, u64, u64, Option<String>, u64, u64, u64);

fn mark_kind(number: u8) -> MarkKind {
    match number {
        1 => MarkKind::Big,
        2 => MarkKind::Little,
        3 => MarkKind::Decimal,
        _ => MarkKind::Ignored,
    }
}

fn stop(error: impl std::fmt::Display) -> PyErr {
    CaptureError::new_err(error.to_string())
}

fn source(path: &str) -> PyResult<Box<dyn Read + Send>> {
    if path == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    Ok(Box::new(File::open(path).map_err(|error| CaptureError::new_err(format!("{error}")))?))
}

/// The link type of a capture and the time of its first packet (None where it has none).
#[pyfunction]
pub fn peek(py: Python<'_>, path: &str) -> PyResult<(u16, Option<i64>)> {
    let source = source(path)?;
    let peeked = py.detach(|| capture::peek(source)).map_err(stop)?;
    Ok((peeked.link, peeked.first_seen_ns))
}

/// The times of the first and the last packet of a capture; all of it is read.
#[pyfunction]
pub fn span(py: Python<'_>, path: &str) -> PyResult<(Option<i64>, Option<i64>)> {
    let source = source(path)?;
    py.detach(|| {
        let mut capture = Capture::open(source)?;
        let mut times = (None, None);
        while let Some(record) = capture.next()? {
            times = (times.0.or(Some(record.seen_ns)), Some(record.seen_ns));
        }
        Ok(times)
    })
    .map_err(|error: capture::CaptureError| stop(error))
}

/// A time (ns since 1970, UTC) as ISO 8601 with nanoseconds.
#[pyfunction]
pub fn time_text(seen_ns: i64) -> String {
    text::time(seen_ns)
}

#[pymethods]
impl Session {
    /// `declarations` is the JSON form of the protocols' specs.
    #[new]
    #[pyo3(signature = (declarations, novelty=None, flows=None, buffered=None))]
    fn new(declarations: &str, novelty: Option<u64>, flows: Option<usize>, buffered: Option<usize>) -> PyResult<Session> {
        let table = Table::from_json(declarations).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let usual = Limits::default();
        let limits = Limits {
            novelty: novelty.unwrap_or(usual.novelty),
            flows: flows.unwrap_or(usual.flows),
            buffered: buffered.unwrap_or(usual.buffered),
            ..usual
        };
        Ok(Session {
            engine: Engine::new(table, limits),
            capture: Mutex::new(None),
            live: Mutex::new(None),
            file: 0,
            read: Vec::new(),
            held: None,
            kept: Kept::default(),
        })
    }

    /// Goes on with this file ("-": standard input), as the source's number `file`. Frames are numbered from `before` + 1; the first `skip` of
    /// them are passed over.
    #[pyo3(signature = (path, file, before=0, skip=0))]
    fn open(&mut self, py: Python<'_>, path: &str, file: u32, before: u64, skip: u64) -> PyResult<()> {
        self.end_file();
        let source = source(path)?;
        let capture = py.detach(|| open_at(source, before, skip)).map_err(stop)?;
        self.capture = Mutex::new(Some(capture));
        self.file = file;
        Ok(())
    }

    /// Goes on with a live interface, through a ring of so many MiB. It has no end: whoever calls `run` stops, then calls `finish`.
    /// Frames are numbered from `before` + 1, of the source's number `file` (the next one, where it is not given). All of them are kept in segments (see `fieldwatch_live::Segments`) where `folder` is given.
    #[pyo3(signature = (interface, ring_mib, folder=None, segment_mib=64, keep_mib=1024, before=0, file=None))]
    #[allow(clippy::too_many_arguments)]
    fn open_live(
        &mut self,
        py: Python<'_>,
        interface: &str,
        ring_mib: usize,
        folder: Option<&str>,
        segment_mib: u64,
        keep_mib: u64,
        before: u64,
        file: Option<u32>,
    ) -> PyResult<()> {
        self.end_file();
        let segments = folder.map(|folder| {
            let open = Segments::open(Path::new(folder), segment_mib, keep_mib);
            open.map_err(|error| CaptureError::new_err(format!("{folder}: packets cannot be kept there: {error}")))
        });
        let segments = segments.transpose()?;
        let live = py.detach(|| Live::open(interface, ring_mib)).map_err(stop)?;
        self.live = Mutex::new(Some(Listening { live, packets: 0, bytes: 0, before, segments, flushed: Instant::now() }));
        self.file = file.unwrap_or(self.read.len() as u32);
        Ok(())
    }

    /// Of the live interface: packets that were received, and packets that were dropped because the ring was full. Zeros where there is none.
    fn drops(&mut self) -> (u64, u64) {
        let listening = self.live.get_mut().unwrap_or_else(PoisonError::into_inner);
        let drops = listening.as_mut().map(|listening| listening.live.drops()).unwrap_or_default();
        (drops.received, drops.dropped)
    }

    /// Of the frames of live interfaces: how many were written to segments, and how many could not be.
    fn kept(&mut self) -> (u64, u64) {
        let listening = self.live.get_mut().unwrap_or_else(PoisonError::into_inner);
        let now = listening.as_ref().and_then(|listening| Some(listening.segments.as_ref()?.kept())).unwrap_or_default();
        (self.kept.written.saturating_add(now.written), self.kept.lost.saturating_add(now.lost))
    }

    /// Reads on. "novel": an exchange waits (`novel`), "tick": a while has passed, "end": the file is at its end.
    /// "time": the next packet (`held`) came at `until_ns` or later, or before `since_ns`; it is fed once `run` is called with its time.
    #[pyo3(signature = (until_ns=None, since_ns=None))]
    fn run(&mut self, py: Python<'_>, until_ns: Option<i64>, since_ns: Option<i64>) -> PyResult<&'static str> {
        let span = Span { since_ns: since_ns.unwrap_or(i64::MIN), until_ns: until_ns.unwrap_or(i64::MAX) };
        let Session { engine, capture, live, file, held, .. } = self;
        if let Some(waits) = held.take() {
            if !span.holds(waits.seen_ns) {
                *held = Some(waits);
                return Ok("time");
            }
            feed(engine, *file, &waits.record());
            if engine.waiting().is_some() {
                return Ok("novel");
            }
        }
        if let Some(listening) = live.get_mut().unwrap_or_else(PoisonError::into_inner) {
            return py.detach(|| listen(engine, listening, *file, span, held)).map_err(stop);
        }
        let capture = capture.get_mut().unwrap_or_else(PoisonError::into_inner);
        let is_timed = until_ns.is_some() || since_ns.is_some();
        let step = py.detach(|| match is_timed {
            true => advance::<true>(engine, capture, *file, span, held),
            false => advance::<false>(engine, capture, *file, span, held),
        });
        let step = step.map_err(stop)?;
        if step == "end" {
            self.end_file();
        }
        Ok(step)
    }

    /// The packet before which `run` stopped: its number and time.
    fn held(&self) -> Option<(u64, i64)> {
        self.held.as_ref().map(|held| (held.number, held.seen_ns))
    }

    /// How often each tag was counted in each conversation since this was asked last: conversation, tag, count.
    fn counted(&mut self, py: Python<'_>) -> Vec<(u32, u32, u64)> {
        let engine = &mut self.engine;
        py.detach(|| engine.counted())
    }

    /// Brings conversations, sightings and the segments on disk up to date; flows go on.
    fn catch_up(&mut self, py: Python<'_>) {
        if let Some(listening) = self.live.get_mut().unwrap_or_else(PoisonError::into_inner) {
            if let Some(segments) = &mut listening.segments {
                segments.flush();
            }
        }
        let engine = &mut self.engine;
        py.detach(|| engine.catch_up());
    }

    /// Ends all flows of the source, and closes a live interface; True where an exchange waits then.
    fn finish(&mut self, py: Python<'_>) -> bool {
        self.end_live();
        let engine = &mut self.engine;
        if let Some(held) = self.held.take() {
            feed(engine, self.file, &held.record());
        }
        py.detach(|| engine.finish());
        self.engine.waiting().is_some()
    }

    /// True where an exchange waits to be read.
    fn is_waiting(&self) -> bool {
        self.engine.waiting().is_some()
    }

    /// The exchange that waits.
    fn novel<'py>(&self, py: Python<'py>) -> Option<NovelRow<'py>> {
        let novel = self.engine.waiting()?;
        let key = self.engine.conversations.get(novel.conversation).map(|row| row.key)?;
        let carrier = match key.carrier {
            fieldwatch_core::conversation::Carrier::Tcp => "tcp",
            fieldwatch_core::conversation::Carrier::Udp => "udp",
            _ => "ethernet",
        };
        let bytes = |held: &Option<fieldwatch_core::engine::Held>| held.as_ref().map(|held| PyBytes::new(py, &held.data));
        Some((novel.protocol, bytes(&novel.request), bytes(&novel.answer), novel.from_server, novel.context, carrier, key.port))
    }

    /// What the reading of the waiting exchange says. Returns the number of its template.
    #[pyo3(signature = (marks, keep, distinct, opens, expects, tags=Vec::new(), rich=true))]
    #[allow(clippy::too_many_arguments)]
    fn teach(
        &mut self,
        py: Python<'_>,
        marks: Vec<MarkRow>,
        keep: bool,
        distinct: Option<(bool, u32, u32)>,
        opens: Vec<OpeningRow>,
        expects: Vec<ExpectedRow>,
        tags: Vec<u32>,
        rich: bool,
    ) -> PyResult<u32> {
        let marks = marks.into_iter().map(|(answer, at, length, kind)| Mark { answer, at, length, kind: mark_kind(kind) });
        let opens = opens.into_iter().map(|(for_hosts, protocol, key, context)| Opening {
            for_hosts,
            protocol,
            key: ContextKey::from_slice(&key),
            context,
        });
        let expects = expects.into_iter().map(|(protocol, transport, port, ip)| Expected {
            protocol,
            transport: if transport == "udp" { Transport::Udp } else { Transport::Tcp },
            port,
            ip: text::parse_ip(&ip),
        });
        let lesson = Lesson { marks: marks.collect(), keep, distinct, tags, rich, opens: opens.collect(), expects: expects.collect() };
        let engine = &mut self.engine;
        py.detach(|| engine.teach(&lesson)).ok_or_else(|| PyRuntimeError::new_err("teach: no exchange waits"))
    }

    /// Where the reading is: packets, and bytes of the file (on a live interface: of the packets).
    fn progress(&mut self) -> (u64, u64) {
        if let Some(listening) = self.live.get_mut().unwrap_or_else(PoisonError::into_inner) {
            return (listening.packets, listening.bytes);
        }
        self.capture.get_mut().unwrap_or_else(PoisonError::into_inner).as_ref().map_or((0, 0), |capture| {
            let statistics = capture.statistics();
            (statistics.packets, statistics.stream_bytes)
        })
    }

    /// Of each file that was read, in order: see `FileRow`.
    fn files(&self) -> Vec<FileRow> {
        self.read.clone()
    }

    fn conversations(&self) -> Vec<ConversationRow> {
        self.engine.conversations.rows().iter().map(|row| report::conversation(&self.engine, row)).collect()
    }

    fn tallies(&self) -> Vec<TallyRow> {
        self.engine.tallies.iter().map(report::tally).collect()
    }

    /// One tally.
    fn tally(&self, number: usize) -> Option<TallyRow> {
        self.engine.tallies.get(number).map(report::tally)
    }

    /// The numbers of the tallies that were taught as rich.
    fn rich(&self) -> Vec<usize> {
        self.engine.rich()
    }

    /// The sums of all tags: conversation, tag, count, distinct, earliest tally, first and last time.
    fn sums(&self) -> Vec<(u32, u32, u64, u64, u32, i64, i64)> {
        let row = |sum: fieldwatch_core::engine::Sum| {
            (sum.conversation, sum.tag, sum.count, sum.distinct, sum.tally, sum.first.seen_ns, sum.last.seen_ns)
        };
        self.engine.sums().into_iter().map(row).collect()
    }

    /// The request and the answer of one kept content of a tally.
    fn variant<'py>(&self, py: Python<'py>, tally: usize, variant: usize) -> Option<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        let kept = self.engine.tallies.get(tally)?.kept.as_deref()?;
        let (request, answer) = kept.variants.get(variant)?;
        Some((PyBytes::new(py, request), PyBytes::new(py, answer)))
    }

    /// The log histogram of the times between a tally's exchanges, what came before it (tally, count), and its followed values.
    #[allow(clippy::type_complexity)]
    fn repetition(&self, tally: usize) -> Option<(Vec<u32>, Vec<(u32, u32)>, Vec<(u64, u64, u64, u64)>, u64)> {
        let tally = self.engine.tallies.get(tally)?;
        let values = tally.values.iter().map(|one| (one.last, one.least, one.greatest, one.changes));
        let before = tally.before.iter().filter(|(_, count)| *count > 0).copied();
        Some((tally.intervals.to_vec(), before.collect(), values.collect(), tally.long_changes))
    }

    fn sightings(&self) -> Vec<SightingRow> {
        report::sightings(&self.engine)
    }

    fn bad(&self) -> Vec<BadRow> {
        report::bad(&self.engine)
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        report::counters(&self.engine)
    }

    /// How many messages of each function were counted: protocol, kind, in the place of an answer?, count.
    fn functions(&self) -> Vec<(u16, Vec<u8>, bool, u64)> {
        let rows = self.engine.functions().into_iter();
        rows.map(|(protocol, kind, is_answer, count)| (protocol, kind.as_slice().to_vec(), is_answer, count)).collect()
    }

    /// Different contents of the spans marked distinct, by protocol.
    fn distinct(&self) -> Vec<u64> {
        self.engine.distinct.clone()
    }

    /// Where the first bytes of the waiting exchange stand: request pieces, answer pieces.
    fn novel_pieces(&self) -> Option<(Vec<PieceRow>, Vec<PieceRow>)> {
        let novel = self.engine.waiting()?;
        let rows = |held: &Option<fieldwatch_core::engine::Held>| {
            held.as_ref().map_or_else(Vec::new, |held| held.pieces.iter().map(report::piece).collect())
        };
        Some((rows(&novel.request), rows(&novel.answer)))
    }
}

impl Session {
    fn end_live(&mut self) {
        let Some(mut listening) = self.live.get_mut().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let dropped = listening.live.drops().dropped;
        if let Some(mut segments) = listening.segments.take() {
            segments.flush();
            self.kept.written = self.kept.written.saturating_add(segments.kept().written);
            self.kept.lost = self.kept.lost.saturating_add(segments.kept().lost);
        }
        self.read.push((listening.packets, listening.bytes, listening.bytes, None, 0, dropped, 0));
    }

    fn end_file(&mut self) {
        self.end_live();
        let Some(capture) = self.capture.get_mut().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let counted = capture.statistics();
        let cut = capture.cut().map(ToString::to_string);
        self.read.push((
            counted.packets,
            counted.packet_bytes,
            counted.stream_bytes,
            cut,
            counted.skipped_blocks,
            counted.dropped_by_interface.max(counted.dropped_at_packets),
            counted.too_long + counted.without_interface,
        ));
    }
}

fn open_at(source: Box<dyn Read + Send>, before: u64, skip: u64) -> Result<Capture, capture::CaptureError> {
    let mut capture = Capture::open(source)?;
    capture.number_after(before);
    for _ in 0..skip {
        if capture.next()?.is_none() {
            break;
        }
    }
    Ok(capture)
}

/// Reads a capture on. Only a `TIMED` reading looks at times: it costs the others nothing.
fn advance<const TIMED: bool>(
    engine: &mut Engine,
    capture: &mut Option<Capture>,
    file: u32,
    span: Span,
    held: &mut Option<Held>,
) -> Result<&'static str, capture::CaptureError> {
    let Some(capture) = capture.as_mut() else { return Ok("end") };
    for _ in 0..TICK {
        match capture.usual() {
            Some(record) if !TIMED || span.holds(record.seen_ns) => engine.packet(file, &record),
            Some(record) => return Ok(hold(&record, held)),
            None => match capture.next()? {
                Some(record) if !TIMED || span.holds(record.seen_ns) => feed(engine, file, &record),
                Some(record) => return Ok(hold(&record, held)),
                None => return Ok(if engine.waiting().is_some() { "novel" } else { "end" }),
            },
        }
        if engine.waiting().is_some() {
            return Ok("novel");
        }
    }
    Ok("tick")
}

fn hold(record: &Record<'_>, held: &mut Option<Held>) -> &'static str {
    *held = Some(Held::of(record));
    "time"
}

/// The engine's packet, for the less usual ways to it: not inlined a second time.
#[inline(never)]
fn feed(engine: &mut Engine, file: u32, record: &Record<'_>) {
    engine.packet(file, record);
}

/// Reads a live interface until an exchange waits, a packet of another time comes, or a while has passed.
fn listen(
    engine: &mut Engine,
    listening: &mut Listening,
    file: u32,
    span: Span,
    held: &mut Option<Held>,
) -> Result<&'static str, LiveError> {
    let begun = Instant::now();
    let mut left = Duration::ZERO;
    let mut burst = 0;
    listening.keep();
    loop {
        match listening.live.next(left)? {
            Some(record) => {
                listening.packets = listening.packets.wrapping_add(1);
                listening.bytes = listening.bytes.wrapping_add(record.data.len() as u64);
                let record = Record { number: record.number.wrapping_add(listening.before), ..record };
                if let Some(segments) = &mut listening.segments {
                    segments.add(&record);
                }
                if !span.holds(record.seen_ns) {
                    return Ok(hold(&record, held));
                }
                feed(engine, file, &record);
                if engine.waiting().is_some() {
                    return Ok("novel");
                }
                left = Duration::ZERO;
                burst += 1;
                if burst < LIVE_BURST {
                    continue;
                }
                burst = 0;
            }
            None if !left.is_zero() => {
                listening.keep();
                return Ok("tick");
            }
            None => {}
        }
        left = LIVE_TICK.saturating_sub(begun.elapsed());
        if left.is_zero() {
            listening.keep();
            return Ok("tick");
        }
    }
}
