# Names for the scripts; each of them runs alone as well.

default:
    @just --list

# format, lints, documentation, licences
lint:
    scripts/lint

# everything the tests need, then the tests; `just test s33` runs those whose name holds s33
test *filter:
    scripts/test {{filter}}

# what CI runs
ci:
    .ci/run

# ratios against a bare handler and nginx (builds the dist profile first)
bench:
    scripts/bench

# write the generated documents anew
docs:
    WRITE_DOCS=1 cargo test --locked --test it -- requirements documents
    cargo run --locked --example generate_docs

# the check on every store, on one node and three
bench-stores:
    scripts/with-postgres scripts/bench-stores

# https of its own against that of nginx
bench-tls:
    scripts/bench-tls
