//! Types of the standard library, recognised by their names: the types inside them, and the types that contain no attribute names.
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// Types that are stored as the one value inside.
const WRAPPERS: &[&str] = &[
    "Option", "Box", "Rc", "Arc", "Cow", "Reverse", "Cell", "RefCell", "Mutex", "RwLock",
];

/// Types that are stored as a list or a map of the values inside.
const COLLECTIONS: &[&str] = &[
    "Vec",
    "VecDeque",
    "LinkedList",
    "BinaryHeap",
    "HashSet",
    "BTreeSet",
    "HashMap",
    "BTreeMap",
    "Result",
];

/// What holds no other type.
const SCALARS: &[&str] = &[
    "String", "str", "char", "bool", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16",
    "i32", "i64", "i128", "isize", "f32", "f64",
];

/// Words of paths to these types.
const MODULES: &[&str] = &["std", "core", "alloc", "collections", "option", "string"];

fn is_one_of(ident: &Ident, names: &[&[&str]]) -> bool {
    names
        .iter()
        .any(|names| names.iter().any(|name| ident == name))
}

/// Whether its parameters are types: it is a collection or a wrapper.
pub(super) fn is_container(ident: &Ident) -> bool {
    is_one_of(ident, &[WRAPPERS, COLLECTIONS])
}

/// Whether a type is more than what the standard library has: then something may be said of it.
pub(super) fn has_own_types(ty: &Type) -> bool {
    fn has_own(tokens: TokenStream) -> bool {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let is_own = match token {
                TokenTree::Ident(ident) => {
                    // A type called `Cell` that has no parameters is the user's.
                    let takes = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '<');
                    let is_standard = takes && is_container(&ident);
                    !is_standard && !is_one_of(&ident, &[SCALARS, MODULES])
                }
                TokenTree::Group(group) => has_own(group.stream()),
                _ => false,
            };
            if is_own {
                return true;
            }
        }
        false
    }
    has_own(ty.to_token_stream())
}

/// The types that a segment of a path takes: `A` and `B` of `HashMap<A, B>`.
pub(super) fn types_of(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments
        .into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

/// The types inside a collection or a wrapper; empty for any other type.
pub(super) fn inner_types(ty: &Type) -> Vec<&Type> {
    of_named(ty, &[WRAPPERS, COLLECTIONS])
}

/// The type whose value is stored for a wrapper.
pub(super) fn wrapped(ty: &Type) -> Option<&Type> {
    of_named(ty, &[WRAPPERS]).first().copied()
}

fn of_named<'t>(ty: &'t Type, names: &[&[&str]]) -> Vec<&'t Type> {
    let Type::Path(path) = ty else {
        return Vec::new();
    };
    let last = path.path.segments.last();
    let last = last.filter(|last| is_one_of(&last.ident, names));
    last.into_iter().flat_map(types_of).collect()
}
