//! Whom a server runs as. initdb and postgres refuse to run as root, so root hands them to `nobody`.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// Used where /etc/passwd has no `nobody`; the kernel's own overflow id.
const NOBODY: u32 = 65534;

/// The user that owns the data directory and runs the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Ourselves: we are not root.
    Caller,
    /// We are root, and this is an unprivileged user.
    Other {
        /// Its user id.
        uid: u32,
        /// Its group's id.
        gid: u32,
    },
}

impl Owner {
    /// The caller, or for root `nobody`.
    #[must_use]
    pub fn current() -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self::Caller;
        }
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (uid, gid) = nobody(&passwd).unwrap_or((NOBODY, NOBODY));
        Self::Other { uid, gid }
    }

    /// The same, but root serves a folder of an ordinary user as that user.
    ///
    /// # Errors
    /// The folder cannot be looked at.
    pub fn for_folder(folder: &Path) -> Result<Self> {
        match Self::current() {
            Self::Caller => Ok(Self::Caller),
            nobody @ Self::Other { .. } => {
                let metadata = folder.metadata().with_context(|| folder.display().to_string())?;
                Ok(match metadata.uid() {
                    0 => nobody,
                    uid => Self::Other { uid, gid: metadata.gid() },
                })
            }
        }
    }

    /// Its user id.
    #[must_use]
    pub fn uid(self) -> u32 {
        match self {
            Self::Caller => rustix::process::geteuid().as_raw(),
            Self::Other { uid, .. } => uid,
        }
    }

    /// Makes the command run as this user, with none of the caller's supplementary groups.
    pub fn run_as(self, command: &mut Command) -> &mut Command {
        match self {
            Self::Caller => command,
            // The standard library drops the supplementary groups when root changes the uid.
            Self::Other { uid, gid } => command.gid(gid).uid(uid),
        }
    }

    /// Gives the file or folder to this user.
    ///
    /// # Errors
    /// The system's.
    pub fn take(self, path: &Path) -> Result<()> {
        match self {
            Self::Caller => Ok(()),
            Self::Other { uid, gid } => {
                chown(path, Some(uid), Some(gid)).with_context(|| format!("giving {} away", path.display()))
            }
        }
    }

    /// Gives the folder and all in it to this user, who can then read it whatever the caller's umask, and
    /// remove it.
    ///
    /// # Errors
    /// The system's.
    pub fn take_all(self, folder: &Path) -> Result<()> {
        if let Self::Other { uid, gid } = self {
            let status = Command::new("chown").args(["-R", &format!("{uid}:{gid}")]).arg(folder).status()?;
            ensure!(status.success(), "giving {} away failed", folder.display());
        }
        Ok(())
    }

    /// Returns whether this user can run the program: it may lie below a folder such as /root.
    pub fn can_run(self, program: &Path) -> bool {
        self.succeeds(Command::new(program).arg("--version"))
    }

    /// Returns whether this user can make files in the folder.
    pub fn can_write(self, folder: &Path) -> bool {
        self.succeeds(
            Command::new("/bin/sh").args(["-c", r#"test -w "$1" && test -x "$1""#, "sh"]).arg(folder),
        )
    }

    fn succeeds(self, command: &mut Command) -> bool {
        let command =
            command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.run_as(command).status().is_ok_and(|status| status.success())
    }
}

fn nobody(passwd: &str) -> Option<(u32, u32)> {
    let entry = passwd.lines().find(|line| line.starts_with("nobody:"))?;
    let mut fields = entry.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::nobody;

    #[test]
    fn nobody_is_found_among_the_users() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:99:98:nobody:/:/sbin/nologin\n";
        assert_eq!(nobody(passwd), Some((99, 98)));
        assert_eq!(nobody("root:x:0:0:root:/root:/bin/sh\n"), None);
    }
}
