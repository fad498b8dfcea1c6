//! Frames as they are fed, and an engine whose novel exchanges are read at once.

use serde_json::json;

use crate::bank::{Mark, MarkKind};
use crate::capture::Record;
use crate::engine::{Engine, Lesson, Limits, Novel};
use crate::table::Table;

pub const SERVER: u16 = 7000;
pub const SECOND: i64 = 1_000_000_000;
/// How long the protocol waits for an answer.
pub const PATIENCE: i64 = 5 * SECOND;

/// One exchange as the reader got it: request and answer, where they were there.
pub type Read = (Option<Vec<u8>>, Option<Vec<u8>>);

pub struct Wire {
    pub engine: Engine,
    pub read: Vec<Read>,
    pub now_ns: i64,
    /// What the reader says that every exchange is.
    pub tags: Vec<u32>,
    frames: u64,
    /// The next sequence number of each sender, by client port and direction.
    sequences: std::collections::HashMap<(u16, bool), u32>,
}

fn table(many: bool) -> Table {
    let case = |role: &str| {
        json!({
            "when": [], "role": role, "key": [{"offset": 2, "length": 1, "mask": ""}],
            "kind": [{"offset": 1, "length": 1, "mask": ""}], "context": []
        })
    };
    let port = |transport: &str| json!({"number": SERVER, "transport": transport, "trusted": false});
    let spec = json!([{
        "name": "echo", "ports": [port("tcp"), port("udp")], "ether_types": [], "llc": [],
        "frame": {"type": "length", "at": 0, "size": 1, "add": 0, "little": false, "least": 4, "most": 9},
        "looks": [], "join": null, "cases": [case("direction")], "locate": "",
        "pair": {"limit_ms": PATIENCE / 1_000_000, "many": many}, "vital": ["09"], "inside_only": false
    }]);
    Table::from_json(&spec.to_string()).unwrap()
}

pub fn message(kind: u8, id: u8, value: u8) -> [u8; 4] {
    [4, kind, id, value]
}

impl Wire {
    pub fn new(many: bool, limits: Limits) -> Wire {
        Wire {
            engine: Engine::new(table(many), limits),
            read: Vec::new(),
            now_ns: 0,
            tags: Vec::new(),
            frames: 0,
            sequences: Default::default(),
        }
    }

    /// One TCP segment from or to the client with this port, a millisecond after what came before.
    pub fn tcp(&mut self, client: u16, from_server: bool, data: &[u8]) {
        let sequence = self.sequences.entry((client, from_server)).or_insert(100);
        let number = *sequence;
        *sequence += data.len() as u32;
        self.tcp_at(client, from_server, number, 0x18, data);
    }

    pub fn tcp_at(&mut self, client: u16, from_server: bool, sequence: u32, flags: u8, data: &[u8]) {
        let head = [&sequence.to_be_bytes()[..], &[0, 0, 0, 0, 0x50, flags, 0x20, 0, 0, 0, 0, 0]].concat();
        self.ip(6, client, from_server, &[&head[..], data].concat());
    }

    pub fn udp(&mut self, client: u16, from_server: bool, data: &[u8]) {
        let head = [0, 8 + data.len() as u8, 0, 0];
        self.ip(17, client, from_server, &[&head[..], data].concat());
    }

    fn ip(&mut self, protocol: u8, client: u16, from_server: bool, rest: &[u8]) {
        let (ends, ports) = ([[10, 0, 0, 1], [10, 0, 0, 2]], [client, SERVER]);
        let (source, target) = (usize::from(from_server), usize::from(!from_server));
        let body = [&ports[source].to_be_bytes()[..], &ports[target].to_be_bytes(), rest].concat();
        let head = [0x45, 0, 0, 20 + body.len() as u8, 0, 0, 0x40, 0, 64, protocol, 0, 0];
        let macs = [2, 0, 0, 0, 0, target as u8, 2, 0, 0, 0, 0, source as u8, 8, 0];
        self.frame(&[&macs[..], &head, &ends[source], &ends[target], &body].concat());
    }

    fn frame(&mut self, data: &[u8]) {
        self.frames += 1;
        self.now_ns += SECOND / 1000;
        let wire_length = data.len() as u32;
        self.engine.packet(0, &Record { number: self.frames, seen_ns: self.now_ns, link: 1, wire_length, data });
        self.learn();
    }

    /// Ends the capture.
    pub fn finish(&mut self) {
        self.engine.finish();
        self.learn();
    }

    fn learn(&mut self) {
        while let Some(Novel { request, answer, .. }) = self.engine.waiting().cloned() {
            self.read.push((request.map(|held| held.data), answer.map(|held| held.data)));
            let mark = |answer, at, kind| Mark { answer, at, length: 1, kind };
            let marks = [false, true].map(|answer| [mark(answer, 2, MarkKind::Ignored), mark(answer, 3, MarkKind::Big)]).concat();
            self.engine.teach(&Lesson { marks, tags: self.tags.clone(), ..Lesson::default() });
        }
    }

    /// How often each of the exchanges that were read was seen.
    pub fn counts(&self) -> Vec<u64> {
        self.engine.tallies.iter().map(|tally| tally.count).collect()
    }
}

/// A whole exchange, as it is read.
pub fn both(request: [u8; 4], answer: [u8; 4]) -> Read {
    (Some(request.to_vec()), Some(answer.to_vec()))
}
