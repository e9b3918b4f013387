//! The guard of an update with a default, which keeps the attributes of index templates correct.
use crate::expression::tree::node::Node;
use crate::expression::tree::operand::{Operand, Path};
use crate::model::item::Model;
use crate::value::item::Item;

impl Model {
    /// A default adds each missing attribute separately. An index template combines several attributes, so it would be wrong if
    /// some of them came from the item and others from the default. So the guard requires that there is no item, or that the item
    /// has none of the template's attributes, or that it has all attributes that the default would add.
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
                // The fields of the table's key are the same in both.
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
