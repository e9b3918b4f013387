//! The derives of [dynacond](https://docs.rs/dynacond): [`Versioned`], [`Document`], [`AttributeType`], [`Projection`] and [`ItemCollection`].
//!
//! Use them from dynacond, which exports each derive together with the trait of the same name.
//!
//! The derives read `#[dynacond(..)]`, and serde's own attributes by serde's own rules. A mistake is an error at its place, and
//! several mistakes are reported together. The compiler checks the types, with messages from dynacond's traits.
use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod check;
mod expand;
#[cfg(test)]
mod mistakes;
mod parse;

use parse::errors::Derive;

/// Makes a struct with named fields the type of an item: with a key, a version and typed attributes.
///
/// ```ignore (dynacond depends on this crate)
/// #[derive(Serialize, Deserialize, Versioned)]
/// #[dynacond(table = "shop",
///            partition_key(name = "pk", value = "order#{id}"),
///            sort_key(name = "sk", value = "order#{id}"))]
/// struct Order {
///     id: String,
///     status: Status,
///     stock: u32,
///     #[serde(with = "serde_dynamo::string_set")]
///     tags: HashSet<String>,
/// }
/// let key = Order::key("o1");
/// let condition = Order::attributes().status.eq(Status::Pending);
/// ```
///
/// The derive generates a struct whose fields are the attributes. You reach it by `Order::attributes()`, and in closures such as
/// `|o| o.status`. Its fields have the names (also `r#type`), the docs and the visibility of your fields, and they clash with nothing
/// of yours. Updates cannot change fields of the key, nor a field that shows the version.
///
/// # Names
///
/// An attribute has the name that serde writes: the derive knows `rename`, `rename_all`, raw identifiers and `tag`. A field with
/// `skip` or `skip_serializing` has no attribute. A field with `flatten` has none either, because its names are not known. These are
/// errors: a name that serde writes and does not read (`rename(serialize = "a", deserialize = "b")`), a name that serde reads and
/// does not write (`alias`), two fields with one name, and `transparent`, `into`, `from`, `try_from` or `remote`, which use the
/// attributes of another type.
///
/// To read a value that is stored under an old name, add a field for it: an `Option` with
/// `#[serde(rename = "old", skip_serializing_if = "Option::is_none")]`. Once your code sets it to `None`, a save removes it.
///
/// # On the struct
///
/// | `#[dynacond(..)]` | meaning |
/// |---|---|
/// | `table = "shop"` | Required. The table, unless the store names another. It has letters, digits, `_`, `-` and `.`, or is an ARN. A store's `prefix` is put before it. DynamoDB checks that the whole name has at least 3 characters. |
/// | `partition_key(name = "pk", value = "order#{id}")` | A key attribute of type S that is made of fields. |
/// | `sort_key(name = "sk", value = "{placed}")` | The same for the sort key. |
/// | `index(ByStatus, name = "by-status", partition_key(status), sort_key(placed))` | A secondary index, which becomes a type next to the struct: see [Indexes](#indexes). |
/// | `version = "v"` | The attribute of the version, by default `item_version`. With `version = false` there is none: then only the write id guards the item, or nothing if that is switched off, too. |
/// | `write_id = "w"` | The attribute of the write id, by default `item_write_id`. With `write_id = false` there is none, and after a lost answer a `create` or a `save` cannot be recognised in the item. |
/// | `written_at = "updated_at"` | The attribute of the time of the latest write, which every write stamps: whole seconds since 1970, as a number, by the clock of the client. It may be a field of the struct as well, of a number type or under `epoch_seconds`, to read the time or to sort an index by it; dynacond never relies on the field's value. Without it no time is stamped. |
/// | `attributes = "pub"` | Makes all attributes public, even if the fields are private. |
/// | `crate = path` | Where dynacond is, if it is not `::dynacond`. |
///
/// # On a field
///
/// | `#[dynacond(..)]` | meaning |
/// |---|---|
/// | `partition_key` | The field is the partition key, under its own name. |
/// | `sort_key` | The field is the sort key. |
/// | `in_key` | The field is part of a key template, and only the key stores it. When an item is read, the field is read from the key. Conditions and updates cannot name it. |
/// | `version` | The field shows the version: a `u64`, or an `Option<u64>`. dynacond writes it, and never relies on its value. |
/// | `stored_as = "S"` | The data type of a type of another crate: S, N, B, BOOL, NULL, L, M, SS, NS or BS. |
/// | `sensitive` | The field's values are never shown in errors, explanations, previews and traces. Your own `Debug` of the struct still prints them, and so does `{:?}` of a `Stored` item. It is not possible on a field of the key, because errors and traces name the key. It is not possible on a flattened field; mark the fields of its type instead. |
///
/// # Keys
///
/// `Order::key(..)` takes the field of the key, or a tuple if there are several: first those of the partition key, and each field
/// once, at most twelve. It takes each field by value or by reference: `Order::key(7)`, `Order::key(&order.id)`. A text field takes
/// any text (`&str`, `String`, `Cow<str>`), and a binary field takes any bytes. The type of an argument must be known, so write
/// `"7".parse::<u64>()?` instead of `"7".parse()?`. A key without fields takes `()`.
///
/// In a template, `{id}` is a field by its Rust name, and `{{` is a brace. A field can be a string, an integer, a decimal under
/// `exact_number`, an enum without data, a newtype with `#[derive(AttributeType)]`, a `Uuid`, or a date or a time of `chrono`, `time` or
/// `jiff`. A time is written as its own serde writes it, or as its module does: under `sortable_time` the keys sort as the times do. A
/// type of another crate needs `stored_as = "S"` or `"N"`. A key without a template can also be bytes. `{n:06}` pads an unsigned integer to six digits, so that the keys sort as the numbers do. A number with more digits is
/// `Error::Invalid`.
///
/// Two different keys never have the same text. A number ends at a character that is not a digit, and begins after one if it follows
/// a text. Types of a fixed width need nothing between them. If a template has several texts, such as
/// `event#{event}#customer#{customer}`, a text must not contain the first character of the literal that follows it. Such a key is
/// `Error::Invalid`, and nothing is sent. A template with a single text takes any text. A template that no rule makes unambiguous,
/// such as `{customer}{id}`, does not compile. If a field of the key has a generic type, this is checked when the type is known.
///
/// # Indexes
///
/// ```ignore (dynacond depends on this crate)
/// #[dynacond(table = "shop",
///     partition_key(name = "pk", value = "customer#{customer}"),
///     sort_key(name = "sk", value = "order#{placed}#{id}"),
///     index(ByStatus, name = "by-status", partition_key(status, region), sort_key(total, id)),
///     index(ByEmail, name = "gsi1", partition_key(name = "gsi1pk", value = "email#{email}"), keys_only),
///     index(ByTotal, name = "by-total", sort_key(total), local, include(email)))]
/// ```
///
/// Each index becomes a unit struct with the item's visibility. A key of an index consists of fields as they are stored, up to four
/// for the partition key and four for the sort key, or of one template. The index projects all attributes, unless you add
/// `keys_only` or `include(a, b)`. `local` makes it a local secondary index, which shares the table's partition key. A struct with
/// type parameters cannot have indexes.
///
/// Every write that stores the item also writes the attributes of index templates. If a field of a template is `None`, the attribute
/// is left out, and the item is not in the index. An `update` of a field of an index template does not compile, because the
/// attribute would be stale: use `modify` instead. You can update a field that is an index key as it is. If that field is an
/// `Option`, it needs `skip_serializing_if`, because DynamoDB refuses NULL in an index key. An empty text in an index key is
/// `Error::Invalid`.
///
/// If two indexes share a key attribute, clippy's lint `duplicated_attributes` fires, which no derive can prevent. Add
/// `#[allow(clippy::duplicated_attributes)]` to the struct.
///
/// `Order::table_definition()` returns the SDK's `CreateTable` input with the keys and indexes. For several item types in one table,
/// use that of an `ItemCollection`.
///
/// # Types
///
/// The type of an attribute is what is stored. A `HashSet<String>` is stored as a list, or as a string set with
/// `#[serde(with = "serde_dynamo::string_set")]`. The modules `number_set`, `binary_set` and `serde_bytes` (binary) work in the same
/// way, and so do dynacond's own: `epoch_seconds`, `epoch_millis` and `exact_number` store numbers, and `sortable_time` stores a
/// string. With any other `with` module, add `stored_as`. A field whose type dynacond does not know compiles, as long as no
/// expression uses it.
#[proc_macro_derive(Versioned, attributes(dynacond))]
pub fn derive_versioned(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::versioned(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::Versioned, &error))
        .into()
}

/// Gives typed paths into a struct that is stored as a map (M): `o.address.at(|a| a.city)`.
///
/// ```ignore (dynacond depends on this crate)
/// #[derive(Serialize, Deserialize, Document)]
/// struct Address {
///     city: String,
///     #[dynacond(sensitive)]
///     street: String,
/// }
/// ```
///
/// The derive also works for an enum that serde always writes as a map, because it has `#[serde(tag = "…")]` or data in every
/// variant. `o.payment.is(|p| p.Card)` is true for the variant, and `o.payment.at(|p| p.Card).at(|card| card.number)` is a path into
/// its data.
///
/// ```ignore (dynacond depends on this crate)
/// #[derive(Serialize, Deserialize, Document)]
/// #[serde(tag = "type")]
/// enum Payment {
///     Card { number: String },
///     Invoice(Terms),
///     Cash,
/// }
/// ```
///
/// Names and types follow the same rules as for [`Versioned`]. The struct or enum takes `attributes = "pub"` and `crate = path`, and a
/// field takes `stored_as = "S"` and `sensitive`. If a field is sensitive, no value of the map is shown.
///
/// A struct can be an item and a document, with `#[derive(Versioned, Document)]`, if you store it in a table of its own and inside
/// other items, too. As a document it has no key and no version, and its `in_key` fields are written into the map.
#[proc_macro_derive(Document, attributes(dynacond))]
pub fn derive_document(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::document(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::Document, &error))
        .into()
}

/// Says how DynamoDB stores an enum or a newtype, so that it can be the type of an attribute or a part of a key.
///
/// ```ignore (dynacond depends on this crate)
/// #[derive(Serialize, Deserialize, AttributeType)]
/// enum Status { Pending, Held, Paid }
///
/// #[derive(Serialize, Deserialize, AttributeType)]
/// struct OrderId(String);
/// ```
///
/// | type | stored as |
/// |---|---|
/// | enum without data | S |
/// | enum with data in every variant | M |
/// | enum with `#[serde(tag = "…")]` | M |
/// | enum that is untagged, or has variants with data and others without | an error, because its values have different types |
/// | newtype, or `#[serde(transparent)]` | as the type inside |
/// | `#[serde(into = "T")]` | as `T` |
///
/// A variant may have an `alias` if its name is stored as a value: as text, or in a tag. A condition compares what is stored, so `eq`
/// finds only the name that serde writes. As keys of a map, the name and its alias are two entries.
///
/// The type takes:
///
/// | `#[dynacond(..)]` | meaning |
/// |---|---|
/// | `stored_as = "N"` | The data type, if serde writes another one than the table says: with `serde_repr`, or with your own `Serialize`. |
/// | `sensitive` | The type's values are never shown. It is not possible for a type of a key field. |
/// | `crate = path` | Where dynacond is, if it is not `::dynacond`. |
#[proc_macro_derive(AttributeType, attributes(dynacond))]
pub fn derive_attribute_type(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::attribute_type(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::AttributeType, &error))
        .into()
}

/// Reads some attributes of an item into a struct of their own, with `.project::<Line>()` on a query or a `get`.
///
/// ```ignore (dynacond depends on this crate)
/// #[derive(Deserialize, Projection)]
/// #[dynacond(of = Order)]
/// struct Line {
///     id: String,
///     status: Status,
///     #[dynacond(at = address.city)]
///     city: String,
/// }
/// ```
///
/// A field is read from the item's attribute with the same Rust name, even if serde gives them different names. The compiler checks
/// that both have the same data type, and that an index projects the attribute. If an attribute may be missing, the field is an
/// `Option`. dynacond cannot check `deserialize_with`, nor a `with` module that it does not know.
///
/// | `#[dynacond(..)]` | meaning |
/// |---|---|
/// | `of = Order` | On the struct, required: the item. |
/// | `crate = path` | On the struct: where dynacond is, if it is not `::dynacond`. |
/// | `at = address.city` | On a field: the attribute, or a path into a document. A path into a list is not possible, because the elements that remain would have other positions. |
/// | `stored_as = "S"` | On a field: the data type of a type of another crate. |
///
/// Two fields cannot read the same attribute, nor a document and a part of it, because DynamoDB accepts no overlapping paths. The key
/// of the item is always read, so you need not name it.
#[proc_macro_derive(Projection, attributes(dynacond))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::projection(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::Projection, &error))
        .into()
}

/// Reads items of several types from one partition into an enum: `store.query(CustomerData::partition("c1"))`.
///
/// ```ignore (dynacond depends on this crate)
/// #[derive(ItemCollection)]
/// enum CustomerData {
///     Customer(Stored<Customer>),
///     Order(Stored<Order>),
///     #[dynacond(other)]
///     Other(Item),
/// }
/// ```
///
/// A variant holds an item type: as `Stored` if you want to save it, or plain. The key says which type an item has, so no attribute
/// for the type is needed. Therefore the item types share one table and one partition key. The template of each sort key begins with a
/// literal, and no literal may be the beginning of another one. Indexes that two of them declare under one name have the same key
/// attributes. Otherwise the enum does not compile.
///
/// Without a variant that is marked `other`, an item of another type is an error that names its key. No item is dropped.
/// `CustomerData::from_item(item)` takes an item from the SDK. `CustomerData::table_definition()` returns the SDK's `CreateTable` input
/// with the indexes of all item types. The enum takes `#[dynacond(crate = path)]`.
#[proc_macro_derive(ItemCollection, attributes(dynacond))]
pub fn derive_item_collection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::collection(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::ItemCollection, &error))
        .into()
}
