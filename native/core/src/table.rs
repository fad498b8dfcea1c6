//! The protocols as the engine uses them: declarations with their native functions, by port, EtherType and LLC prefix.

use std::collections::{HashMap, HashSet};

use ahash::RandomState;

use crate::cut::{self, Cutter};
use crate::key::Kind;
use crate::locate::{self, Located, Locator};
use crate::plan::Plan;
use crate::spec::{Framing, Join, Spec, Transport};

pub struct Entry {
    pub spec: Spec,
    plan: Plan,
    pub cutter: Option<Cutter>,
    pub locator: Option<Locator>,
    vital: HashSet<Kind>,
}

impl Entry {
    pub fn is_vital(&self, kind: &Kind) -> bool {
        self.vital.contains(kind)
    }

    #[inline(always)]
    pub fn locate(&self, message: &[u8]) -> Located {
        match self.locator {
            Some(native) => native(message).map_or_else(Located::alone, |(located, _)| located),
            None => self.plan.locate(message),
        }
    }

    /// True where the bytes are exactly one message, which is no piece of a longer one. False says nothing.
    #[inline(always)]
    pub fn is_one_message(&self, data: &[u8]) -> bool {
        let whole = |join: &Join| {
            data.get(join.at).is_some_and(|byte| byte & join.mask == join.last) && join.when.iter().all(|part| part.holds(data))
        };
        self.spec.frame.is_exactly(data) && self.spec.join.as_ref().is_none_or(whole)
    }

    /// How long an answer is waited for, in ns, and whether there may be many; None where messages stand alone.
    #[inline(always)]
    pub fn pairing(&self) -> Option<(i64, bool)> {
        self.spec.pair.as_ref().map(|pair| (pair.limit_ms * 1_000_000, pair.many))
    }

    /// Which function the message is: looked at only where it is needed, for most messages are known.
    pub fn kind(&self, message: &[u8]) -> Kind {
        match self.locator {
            Some(native) => native(message).map_or_else(Kind::default, |(_, kind)| kind),
            None => self.plan.kind(&self.spec.cases, message),
        }
    }
}

/// A declaration that cannot be used: which protocol, what was read, what is allowed.
#[derive(Debug)]
pub struct TableError(pub String);

impl std::fmt::Display for TableError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for TableError {}

pub struct Table {
    entries: Vec<Entry>,
    ports: HashMap<(Transport, u16), Vec<u16>, RandomState>,
    ether_types: HashMap<u16, u16>,
    llc: Vec<(Vec<u8>, u16)>,
    searchable: Vec<u16>,
}

impl Table {
    /// Reads the declarations from their JSON form (a list of specs).
    pub fn from_json(text: &str) -> Result<Table, TableError> {
        let specs: Vec<Spec> = serde_json::from_str(text).map_err(|error| TableError(format!("declarations: {error}")))?;
        Table::new(specs)
    }

    pub fn new(specs: Vec<Spec>) -> Result<Table, TableError> {
        let mut table =
            Table { entries: Vec::new(), ports: HashMap::default(), ether_types: HashMap::new(), llc: Vec::new(), searchable: Vec::new() };
        for spec in specs {
            table.add(spec)?;
        }
        Ok(table)
    }

    fn add(&mut self, spec: Spec) -> Result<(), TableError> {
        let number = self.entries.len() as u16;
        let cutter = match &spec.frame {
            Framing::Native { name } => Some(cut::native(name).ok_or_else(|| unknown(&spec.name, "framing", name))?),
            Framing::Length { size, .. } if !(1..=4).contains(size) => {
                return Err(TableError(format!("{}: length field of {size} bytes; allowed: 1 to 4", spec.name)));
            }
            framing if framing.most() > cut::LONGEST => {
                return Err(TableError(format!("{}: messages of {} bytes; allowed: up to {}", spec.name, framing.most(), cut::LONGEST)));
            }
            _ => None,
        };
        let locator = match spec.locate.as_str() {
            "" => None,
            name => Some(locate::native(name).ok_or_else(|| unknown(&spec.name, "locator", name))?),
        };
        for port in &spec.ports {
            self.ports.entry((port.transport, port.number)).or_default().push(number);
        }
        for ether_type in &spec.ether_types {
            self.ether_types.insert(*ether_type, number);
        }
        for prefix in &spec.llc {
            self.llc.push((prefix.0.clone(), number));
        }
        if !spec.inside_only && spec.looks.iter().any(|looks| looks.anywhere) {
            self.searchable.push(number);
        }
        let vital = spec.vital.iter().map(|kind| Kind::from_slice(&kind.0)).collect();
        let plan = Plan::new(&spec.cases).map_err(|error| TableError(format!("{}: {error}", spec.name)))?;
        self.entries.push(Entry { spec, plan, cutter, locator, vital });
        Ok(())
    }

    pub fn get(&self, protocol: u16) -> Option<&Entry> {
        self.entries.get(protocol as usize)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn number(&self, name: &str) -> Option<u16> {
        self.entries.iter().position(|entry| entry.spec.name == name).map(|at| at as u16)
    }

    pub fn is_port(&self, transport: Transport, port: u16) -> bool {
        self.ports.contains_key(&(transport, port))
    }

    pub fn ether_type(&self, number: u16) -> Option<u16> {
        self.ether_types.get(&number).copied()
    }

    /// The protocol of an LLC payload, and how long its prefix is.
    pub fn llc(&self, payload: &[u8]) -> Option<(u16, usize)> {
        self.llc.iter().find(|(prefix, _)| payload.starts_with(prefix)).map(|(prefix, protocol)| (*protocol, prefix.len()))
    }

    /// The protocol that a payload to or from `port` begins: that of the port if it looks right (or needs not), else any that looks right.
    pub fn recognise(&self, transport: Transport, port: u16, payload: &[u8]) -> Option<u16> {
        let own = self.ports.get(&(transport, port)).map_or(&[][..], Vec::as_slice);
        let fits = |number: &&u16| {
            self.get(**number).is_some_and(|entry| {
                let trusted = entry.spec.ports.iter().any(|known| known.number == port && known.transport == transport && known.trusted);
                trusted || entry.spec.looks.is_empty() || entry.spec.looks_right(payload, false)
            })
        };
        own.iter().find(fits).or_else(|| self.searchable.iter().find(|number| self.is_found(**number, transport, payload))).copied()
    }

    fn is_found(&self, number: u16, transport: Transport, payload: &[u8]) -> bool {
        self.get(number).is_some_and(|entry| {
            let speaks = entry.spec.ports.iter().any(|port| port.transport == transport);
            speaks && entry.spec.looks_right(payload, true)
        })
    }
}

fn unknown(protocol: &str, what: &str, name: &str) -> TableError {
    TableError(format!("{protocol}: native {what} {name:?} is not in the core's table"))
}

#[cfg(test)]
mod tests;
