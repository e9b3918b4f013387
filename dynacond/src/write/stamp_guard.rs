//! What an update with a default demands of an item that is there, so that the attributes of index templates stay true.
use crate::expression::tree::node::Node;
use crate::expression::tree::operand::{Operand, Path};
use crate::model::item::Model;
use crate::value::item::Item;

impl Model {
    /// A default gives an item the attributes that it lacks, each by itself. An index template is made of several attributes,
    /// and would be stale if some of them were the item's and others the default's. So either there is no item, or none of the
    /// template's attributes is there, or all are that the default would give.
    pub(crate) fn default_stamps(&'static self, default: &Item) -> Vec<Node> {
        let exists = |name: &'static str| Node::Exists(Operand::Path(Path::new(name)));
        let absent = |name: &'static str| Node::NotExists(Operand::Path(Path::new(name)));
        let guard = |key: &'static str, fields: Vec<&'static str>| {
            let given = fields.iter().chain([&key]);
            let given = given.copied().filter(|name| default.contains_key(*name));
            let none = fields.iter().copied().chain([key]);
            let whole = Node::all(given.map(exists))?;
            let empty = Node::all(none.map(absent))?;
            Some(absent(self.partition_key.name).or(whole).or(empty))
        };
        self.stamped()
            .filter_map(|(key, _)| {
                // What makes the table's key is the same in both.
                let fields = key.fields().map(|field| field.wire);
                let fields: Vec<_> = fields.filter(|name| !self.makes_key(name)).collect();
                if fields.is_empty() {
                    None
                } else {
                    guard(key.name, fields)
                }
            })
            .collect()
    }
}
