//! The emulated services behind TLS, as AWS's are: a host each, and a chain of two RSA certificates
//! below a root.
//!
//! The functions trust the bundled roots and no others, and what is measured has to be what is
//! deployed. So a copy of the program gets another key for one of its roots, Amazon's: as long as
//! the real one, in its place, and nothing else is changed.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The root of AWS's services.
const ROOT: &str = "Amazon Root CA 1";

/// How to make a service's certificate out of what openssl calls subjects and extensions.
const CHAIN: [(&str, &str, &str, Option<&str>); 3] = [
    ("root", ROOT, "authority", None),
    ("between", "Amazon RSA 2048 M01", "authority", Some("root")),
    ("service", "service", "service", Some("between")),
];

/// The certificates, and what stands before the services with them.
pub(crate) struct Tls {
    folder: PathBuf,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// Makes the certificates in a folder.
    pub(crate) fn new(folder: &Path, configuration: &Path) -> Self {
        for (name, subject, extensions, issuer) in CHAIN {
            let file = |name: &str, kind: &str| folder.join(format!("{name}.{kind}"));
            let mut request = Command::new("openssl");
            request.args(["req", "-newkey", "rsa:2048", "-nodes", "-config"]).arg(configuration);
            request.args(["-subj", &format!("/C=US/O=Amazon/CN={subject}")]);
            request.arg("-keyout").arg(file(name, "key"));
            let Some(issuer) = issuer else {
                done(
                    request
                        .args(["-x509", "-extensions", extensions, "-out"])
                        .arg(file(name, "pem")),
                );
                continue;
            };
            done(request.arg("-out").arg(file(name, "csr")));
            let mut sign = Command::new("openssl");
            sign.args(["x509", "-req", "-CAcreateserial", "-extensions", extensions]);
            sign.arg("-extfile").arg(configuration).arg("-in").arg(file(name, "csr"));
            sign.arg("-CA").arg(file(issuer, "pem")).arg("-CAkey").arg(file(issuer, "key"));
            done(sign.arg("-out").arg(file(name, "pem")));
        }
        let chain = ["service", "between"].map(|name| {
            CertificateDer::from_pem_file(folder.join(name).with_extension("pem"))
                .expect("a certificate")
        });
        let key = PrivateKeyDer::from_pem_file(folder.join("service.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(chain.to_vec(), key)
            .expect("a chain and its key");
        Self { folder: folder.to_owned(), acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    /// The root, for programs that can be told of one.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.join("root.pem")
    }

    /// A copy of a program that trusts these certificates in the place of Amazon's.
    pub(crate) fn trusted_by(&self, program: &Path) -> PathBuf {
        let anchor = webpki_roots::TLS_SERVER_ROOTS
            .iter()
            .find(|anchor| anchor.subject.windows(ROOT.len()).any(|part| part == ROOT.as_bytes()))
            .expect("Amazon's root is bundled");
        let mut key = Command::new("openssl");
        key.args(["pkey", "-pubout", "-outform", "DER", "-in"]).arg(self.folder.join("root.key"));
        let key = key.output().expect("openssl is installed").stdout;
        // Without its first four bytes, the head of the sequence, which the anchor does not have.
        let (real, own) =
            (anchor.subject_public_key_info.as_ref(), key.get(4..).unwrap_or_default());
        assert_eq!(real.len(), own.len(), "another kind of key");
        let mut bytes = fs::read(program).expect("the program");
        let places: Vec<_> =
            bytes.windows(real.len()).enumerate().filter(|(_, part)| *part == real).collect();
        let places: Vec<_> = places.into_iter().map(|(place, _)| place).collect();
        assert!(!places.is_empty(), "{} does not bundle the root", program.display());
        for place in places {
            bytes[place..place + own.len()].copy_from_slice(own);
        }
        let name = program.parent().and_then(Path::file_name).unwrap_or_default();
        let mut file = name.to_owned();
        file.push(program.file_name().expect("a file"));
        let copy = self.folder.join(file);
        fs::write(&copy, bytes).expect("a copy");
        let mode = fs::metadata(program).expect("the program").permissions();
        fs::set_permissions(&copy, mode).expect("it can run");
        copy
    }

    /// Stands before a service, whose address is known by the first call, at a host of its own,
    /// `127.0.0.N`, and gives the address to call.
    pub(crate) async fn before(&self, service: Arc<OnceLock<SocketAddr>>, host: u8) -> String {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, host), 0)).await;
        let listener = listener.expect("an address of loopback");
        let address = listener.local_addr().expect("it listens");
        let acceptor = self.acceptor.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, service) = (acceptor.clone(), Arc::clone(&service));
                tokio::spawn(async move {
                    let Some(service) = service.get() else { return };
                    // A caller that goes away ends its connection, and nothing else.
                    let Ok(mut outside) = acceptor.accept(stream).await else { return };
                    let Ok(mut inside) = TcpStream::connect(service).await else { return };
                    drop(tokio::io::copy_bidirectional(&mut outside, &mut inside).await);
                });
            }
        });
        format!("https://{address}")
    }
}

/// Runs a command to its end.
pub(crate) fn done(command: &mut Command) {
    let output = command.output();
    let output = output.expect("Python 3 with venv, Node, npm and openssl are installed");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
