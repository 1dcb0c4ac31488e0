package local

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/copal-ml/copal/runtime/contract"
)

// AccountID is the account that every platform has.
const AccountID = "123456789012"

// DefaultPort is where a platform listens at first, if nobody else does.
const DefaultPort = "4599"

// A Config says how a platform is run.
type Config struct {
	// StateDir holds everything that outlives the process; DefaultStateDir if "".
	// One process at a time may use it.
	StateDir string
	// Addr is where Listen binds, on loopback: "127.0.0.1:9000". Port 0 or an
	// empty Addr takes the port of the last run, so that image references stay
	// good, or else DefaultPort, or a free one.
	Addr   string
	Runner Runner    // how containers are started; required
	Log    io.Writer // one line a request and a state change; nil for none
	Region string    // what Env says; "us-east-1" if "". Requests may be signed for any.
	Delays Delays
	Faults *Faults // what goes wrong on purpose; nil for nothing
	// MaxInstances is how many containers one endpoint gets at most, whatever it
	// asks for: a machine is not a fleet. 4 if 0.
	MaxInstances int
}

// Delays are the times that tests and demonstrations change. Zero values are the
// fast ones, except where a default is named.
type Delays struct {
	RoleReady  time.Duration // a younger role cannot be assumed yet; AWS takes 10-60 s
	Settle     time.Duration // least time that an endpoint stays Creating, Updating or Deleting
	Ping       time.Duration // between two pings of a starting container; 20 ms if 0
	Start      time.Duration // budget to the first healthy ping; the contract's if 0
	Invoke     time.Duration // budget of one invocation; contract.InvokeTimeout if 0
	Idle       time.Duration // a serverless container without work stops after it; 5 min if 0
	StopWithin time.Duration // budget to stop one container; contract.StopGrace if 0
}

func (d Delays) withDefaults() Delays {
	set := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	set(&d.Ping, 20*time.Millisecond)
	set(&d.Invoke, contract.InvokeTimeout)
	set(&d.Idle, 5*time.Minute)
	set(&d.StopWithin, contract.StopGrace+time.Second)
	return d
}

func (c Config) withDefaults() Config {
	if c.StateDir == "" {
		c.StateDir = DefaultStateDir()
	}
	if c.Log == nil {
		c.Log = io.Discard
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.MaxInstances == 0 {
		c.MaxInstances = 4
	}
	c.Delays = c.Delays.withDefaults()
	return c
}

// DefaultStateDir is copal/local below XDG_STATE_HOME, which is ~/.local/state
// where the variable is not set (XDG Base Directory Specification 0.8).
func DefaultStateDir() string {
	base := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) { // the specification: relative paths are to be ignored
		home, err := os.UserHomeDir()
		if err != nil {
			home = os.TempDir()
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(base, "copal", "local")
}
