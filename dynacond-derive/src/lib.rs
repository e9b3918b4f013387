//! The derives of [dynacond](https://docs.rs/dynacond): [`Versioned`], [`Document`], [`AttributeType`], [`Projection`] and [`ItemCollection`].
//!
//! Use them from dynacond, which exports them beside the traits of the same names.
//!
//! They read `#[dynacond(..)]`, and serde's own attributes by serde's own rules. What cannot be honoured is an error at
//! its place; several mistakes are reported together. Types are judged by the compiler, in the words of dynacond's traits.
use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod check;
mod expand;
mod parse;

use parse::errors::Derive;

/// The type of an item: its key, its version and its attributes, from a struct with named fields.
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
/// The struct's attributes are the fields of a generated struct, reached by `Order::attributes()` and in closures such as
/// `|o| o.status`. They have the names of the fields (`r#type` too), their docs and their visibility, and clash with
/// nothing. Fields of the key and the mirrored version cannot be updated.
///
/// # Names
///
/// An attribute is called as serde writes it: `rename`, `rename_all`, raw identifiers, `tag`. A field with `skip` or
/// `skip_serializing` has no attribute; neither has one with `flatten`, whose names are not known. Errors are: a name that
/// is written and not read (`rename(serialize = "a", deserialize = "b")`) or read and not written (`alias`), two fields with
/// one name, and `transparent`, `into`, `from`, `try_from` or `remote`, by which the attributes are another type's.
///
/// What is stored under an old name is read into a field of its own, an `Option` with
/// `#[serde(rename = "old", skip_serializing_if = "Option::is_none")]`; once its value is taken from there, a save removes it.
///
/// # On the struct
///
/// | `#[dynacond(..)]` | meaning |
/// |---|---|
/// | `table = "shop"` | Required. The table, unless the store names another: of letters, digits, `_`, `-` and `.`, or an ARN. A store's `prefix` goes before it; with the prefix a name has at least 3 characters, which DynamoDB checks. |
/// | `partition_key(name = "pk", value = "order#{id}")` | A key attribute of its own, of type S, made of fields. |
/// | `sort_key(name = "sk", value = "{placed}")` | The same for the sort key. |
/// | `index(ByStatus, name = "by-status", partition_key(status), sort_key(placed))` | A secondary index, as a type beside the struct: see [Indexes](#indexes). |
/// | `version = "v"` | The version's attribute; `item_version` unless said. `version = false` writes none: the write id alone guards the item, and without it nothing does. |
/// | `write_id = "w"` | The write id's attribute; `item_write_id` unless said. `write_id = false` writes none. |
/// | `attributes = "pub"` | Makes all attributes public, whatever the fields are. |
/// | `crate = path` | Where dynacond is, if it is not `::dynacond`. |
///
/// # On a field
///
/// | `#[dynacond(..)]` | meaning |
/// |---|---|
/// | `partition_key` | The field is the partition key, under its own name. |
/// | `sort_key` | The field is the sort key. |
/// | `in_key` | The field is part of a key template, and is stored in the key alone: it is not written next to the key, and is read back from it. Conditions and updates cannot name it. |
/// | `version` | The field shows the version: a `u64`, or an `Option<u64>`. It is written by dynacond and never trusted. |
/// | `stored_as = "S"` | The data type of a type of another crate: S, N, B, BOOL, NULL, L, M, SS, NS or BS. |
/// | `sensitive` | Its values are never shown. Not on a field of the key: keys name the item in errors and traces. Not on a flattened field: mark the fields of its type. |
///
/// # Keys
///
/// `Order::key(..)` takes the fields of the key, a tuple when they are several: those of the partition key first, each once.
/// Text goes in by reference, numbers by value, types with `#[derive(AttributeType)]` by reference; a key without fields
/// takes `()`.
///
/// In a template `{id}` is a field, by its Rust name, and `{{` a brace. Strings, numbers and enums without data are taken.
/// `{n:06}` pads an unsigned integer to six digits, so that the keys sort as the numbers do; more digits are
/// `Error::Invalid`.
///
/// Two keys are never written as one string. Numbers end at a character that is no digit (and begin after one, if they follow
/// text), and types of a fixed width need nothing between them. If a template has several texts, as in
/// `event#{event}#customer#{customer}`, a text must not contain the first character of the literal that follows: such a key is
/// `Error::Invalid`, and nothing is sent. A template with one text takes any text. Templates that no rule makes unambiguous,
/// such as `{customer}{id}`, do not compile. For a struct whose key is of a type parameter, that is known when the parameter is.
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
/// Each index is a unit struct with the item's visibility. A key is made of fields as they are stored, up to four for the
/// partition key and four for the sort key, or of one template. The index projects all attributes unless it says `keys_only` or
/// `include(a, b)`. `local` makes it a local secondary index, which has the table's partition key. A struct with type
/// parameters has no indexes.
///
/// The attribute of an index template is written by every write that stores the item. It is left out if a field of the template
/// is `None`, and the item is then not in the index. An `update` of a field of an index template does not compile, because the
/// attribute would be stale: use `modify`. A field that is an index key as it is may be updated; if it is an `Option`, it needs
/// `skip_serializing_if`, because DynamoDB refuses NULL in an index key. An empty text in an index key is `Error::Invalid`.
///
/// `Order::table_definition()` is the SDK's `CreateTable` input with all of it.
///
/// # Types
///
/// An attribute's type is what is stored. A `HashSet<String>` is a list, and under
/// `#[serde(with = "serde_dynamo::string_set")]` a string set (likewise `number_set`, `binary_set`; `serde_bytes` is
/// binary). dynacond's own modules are known as well: `epoch_seconds`, `epoch_millis` and `exact_number` store numbers,
/// `sortable_time` a string. Any other `with` needs `stored_as`. A field whose type dynacond does not know compiles until it is used in an
/// expression.
#[proc_macro_derive(Versioned, attributes(dynacond))]
pub fn derive_versioned(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::versioned(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::Versioned, &error))
        .into()
}

/// A struct stored as a map (M), with typed paths into it: `o.address.at(|a| a.city)`.
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
/// An enum that serde always writes as a map has it, too: with `#[serde(tag = "…")]`, or with data in every variant. Then
/// `o.payment.is(|p| p.Card)` asks for the variant, and `o.payment.at(|p| p.Card).at(|card| card.number)` leads into its data.
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
/// Names and types are as for [`Versioned`]. The struct or enum takes `attributes = "pub"` and `crate = path`, a field
/// `stored_as = "S"` and `sensitive`. With a sensitive field, the values of the whole map are not shown.
///
/// A struct may be an item and a document at once, `#[derive(Versioned, Document)]`: for a table of its own, and as a part of
/// other items. As a document it has no key and no version; what the item keeps in its key alone is written into the map.
#[proc_macro_derive(Document, attributes(dynacond))]
pub fn derive_document(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::document(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::Document, &error))
        .into()
}

/// How DynamoDB stores an enum or a newtype, and that it may be part of a key.
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
/// | enum that is untagged, or has variants with data and others without | an error: it has no one type |
/// | newtype, or `#[serde(transparent)]` | what is inside |
/// | `#[serde(into = "T")]` | `T` |
///
/// A variant may have an `alias` where its name is a value, as text or in a tag. A condition compares what is stored, and so
/// `eq` finds the written name alone; as keys of a map the two are two entries.
///
/// The type takes:
///
/// | `#[dynacond(..)]` | meaning |
/// |---|---|
/// | `stored_as = "N"` | The data type, where serde writes another than above: `serde_repr`, a `Serialize` by hand. |
/// | `sensitive` | Its values are never shown. Not for a type that makes a key. |
/// | `crate = path` | Where dynacond is, if it is not `::dynacond`. |
#[proc_macro_derive(AttributeType, attributes(dynacond))]
pub fn derive_attribute_type(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::attribute_type(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::AttributeType, &error))
        .into()
}

/// Some attributes of an item, read into a struct of their own: by `.project::<Line>()` of a query or a `get`.
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
/// A field is read from the item's attribute of the same Rust name, whatever both are called by serde. It needs the same data
/// type, which the compiler checks, as it checks that an index projects the attribute. What may be missing is an `Option`.
/// `deserialize_with`, and a `with` module that dynacond does not know, are taken at their word.
///
/// | `#[dynacond(..)]` | meaning |
/// |---|---|
/// | `of = Order` | On the struct, required: the item. |
/// | `crate = path` | On the struct: where dynacond is, if it is not `::dynacond`. |
/// | `at = address.city` | On a field: the attribute, or a path into a document. No elements of lists: what is left of a list has other places. |
/// | `stored_as = "S"` | On a field: the data type of a type of another crate. |
///
/// Two fields cannot read one attribute, or a document and something inside of it: DynamoDB takes no overlapping paths. The key
/// of the item is read besides, and need not be named.
#[proc_macro_derive(Projection, attributes(dynacond))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::projection(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::Projection, &error))
        .into()
}

/// Items of several types in one partition, as an enum: for `store.query(CustomerData::partition("c1"))`.
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
/// A variant holds an item type, as `Stored` where it is to be saved, or plain. Which one an item is, its key tells: no
/// attribute for the type is needed. So the item types have one table and one partition key, and each has a sort key whose
/// template begins with a literal that is not the beginning of another's; else the enum does not compile.
///
/// Without a variant that is marked `other`, an item of another type is an error that names its key. No item is left out.
/// `CustomerData::from_item(item)` takes items of the SDK. The enum takes `#[dynacond(crate = path)]`.
#[proc_macro_derive(ItemCollection, attributes(dynacond))]
pub fn derive_item_collection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::collection(&input)
        .unwrap_or_else(|error| expand::stub(&input, Derive::ItemCollection, &error))
        .into()
}
