# The released image: the binary on a small Debian, as a user without rights, with its data in a volume.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --profile dist --features postgres-tls --bin portcullis

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /src/target/dist/portcullis /usr/local/bin/portcullis
ENV HOST=0.0.0.0 DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3000 443 80
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s CMD ["portcullis", "health"]
ENTRYPOINT ["portcullis"]
CMD ["start"]
