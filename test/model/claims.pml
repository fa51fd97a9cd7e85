/*
 * Claim, seal, takeover, resubmission and the job's own fence, for one key and one epoch: lab-registry(5), "Claims".
 *
 * Every statement outside a d_step is one look at, or one change of, the registry or the scheduler; between any two of them
 * anything else may happen, so a pause of any length at any step needs no words of its own. What goes wrong beside pauses
 * has a budget, given by a check (claims.test.ts) as -D; README.md tells what is modelled, what is not, and what follows.
 */

/* ----------------------------------------------------------------------------------------------- what a check gives */

#ifndef CLAIMANTS
#define CLAIMANTS 2  /* claimant p is all that acts for the owner of run p: lab-cache, lab-submit, lab-advance, reconcile */
#endif
#ifndef CRASHES
#define CRASHES 0    /* a claimant ends for ever; its call of sbatch may live on */
#endif
#ifndef IMPATIENCE
#define IMPATIENCE 0 /* a claim or a sealed generation is taken for ended though it is not: a lease, or "no such job" */
#endif
#ifndef KILLS
#define KILLS 0      /* a job ends without an exit record: cancelled, preempted, lost with its node */
#endif
#ifndef REQUEUES
#define REQUEUES 0   /* Slurm starts a job once more that was killed, or that had succeeded */
#endif
#ifndef REFUSALS
#define REFUSALS 0   /* sbatch says for certain that there is no job */
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0   /* sbatch does not answer; the job may be accepted all the same, whenever */
#endif
#ifndef BYHAND
#define BYHAND 0     /* somebody gives a rendered script to sbatch, sealed or not, for the first time or again */
#endif
#ifndef SETTLES
#define SETTLES 0    /* an owner settles his run instead of submitting it (again): cancelled, or reconcile's submit_error */
#endif
/* TWICE: one process more, the highest, acts for the owner of run 1 and renders scripts of its own. */

/* Generations, jobs and attempts there is room for; too little is found out by an assertion. */
#ifndef G
#define G 4
#endif
#ifndef JOBS
#define JOBS 4
#endif
#ifndef ATTEMPTS
#define ATTEMPTS 4
#endif

/* --------------------------------------------------------------------------------------------------- the registry */

#define NONE 0

/* <key>.e1.<g>.json: the run that it names. */
byte claim[G + 2];

/* <key>.e1.<g>.go.json, and the submission that it names. */
#define GO 1
#define VOID 2
byte go[G + 2];
byte go_submission[G + 2];

/*
 * submit-<n>/: script.sh, intent.json, receipt.json (the job). A further submission takes the next generation, so that of
 * generation g has the number g; the second process of an owner has another script for it, g + G.
 */
#ifdef TWICE
#define S (2 * G)
#define PROCESSES (CLAIMANTS + 1)
#define generation(s) ((s) > G -> (s) - G : (s))
#else
#define S G
#define PROCESSES CLAIMANTS
#define generation(s) (s)
#endif
bool script[S + 2];
bool intent[S + 2];
byte receipt[S + 2];

/* attempt-<n>/ of all runs, by when they appeared: start.json (submission and job), exit.json (why, or how). */
#define SUPERSEDED 1
#define GOOD 2
#define BAD 3
byte attempts;
byte start_submission[7];
byte start_job[7];
byte exit[7];

/* outcome.json of each run. */
#define SUCCEEDED 1
#define FAILED 2
byte outcome[CLAIMANTS + 2];

/* -------------------------------------------------------------------------------------------------- the scheduler */

#define PENDING 1
#define RUNNING 2
#define ENDED 3
byte job_state[7];
byte job_submission[7];

/* The call of sbatch for a submission: it may outlive whoever made it. */
#define UNDERWAY 1
#define ACCEPTED 2
#define REFUSED 3
byte call[S + 2];
byte call_job[S + 2];

/* ----------------------------------------------------------------------- what only the model knows, and who checks it */

byte crashes = CRASHES, impatience = IMPATIENCE, kills = KILLS, requeues = REQUEUES, refusals = REFUSALS,
     timeouts = TIMEOUTS, byhand = BYHAND, settles = SETTLES;
bool dead[PROCESSES + 3];
bool over[PROCESSES + 3];
/* Its process will not call sbatch for it any more. */
bool left[S + 2];
bool sealed_by_job[G + 2];
/* The generation whose job is past its fence, and the one whose command has succeeded. */
byte running;
byte succeeded;

/* ------------------------------------------------------------------------------------------- what can be asked at once */

#define of(i, g) (generation(start_submission[i]) == (g))
#define ended_as(how, i, g) (exit[i] == how && of(i, g))
#define any_ended_as(how, g) (ended_as(how, 1, g) || ended_as(how, 2, g) || ended_as(how, 3, g) || ended_as(how, 4, g) || \
  ended_as(how, 5, g) || ended_as(how, 6, g))

#define is_in_queue(j) (job_state[j] == PENDING || job_state[j] == RUNNING)
#define has_job(j, g) (generation(job_submission[j]) == (g) && is_in_queue(j))
#define any_job(g) (has_job(1, g) || has_job(2, g) || has_job(3, g) || has_job(4, g) || has_job(5, g) || has_job(6, g))

#define is_running(i) (i <= attempts && exit[i] == NONE && is_in_queue(start_job[i]))
#define any_attempt_running (is_running(1) || is_running(2) || is_running(3) || is_running(4) || is_running(5) || is_running(6))

#ifdef TWICE
#define is_gone(s) ((s) > G -> dead[PROCESSES] : dead[claim[s]])
#define owner_is_gone(r) (dead[r] && ((r) != 1 || dead[PROCESSES]))
#else
#define is_gone(s) dead[claim[s]]
#define owner_is_gone(r) dead[r]
#endif
#define nobody_sends(g) (sealed_by_job[g] || (call[go_submission[g]] != UNDERWAY && \
  (receipt[go_submission[g]] || left[go_submission[g]] || is_gone(go_submission[g]))))

#define counts(i, s) (exit[i] != SUPERSEDED && start_submission[i] == (s))
#define is_unsealed(g) ((g) && go[g] == NONE)
#define is_sealed(g) ((g) && go[g] == GO)
/* What in flight is not: no attempt goes on in any generation, and this one has no job and nobody who would send one. */
#ifdef MUTATE_VERDICT_OF_ONE
#define has_ended(g) (!any_job(g) && nobody_sends(g))
#else
#define has_ended(g) (!any_job(g) && nobody_sends(g) && !any_attempt_running)
#endif

#ifdef MUTATE_LAST_ONLY
#define is_earlier(i) (generation(start_submission[i]) == g - 1)
#else
#define is_earlier(i) (generation(start_submission[i]) < g)
#endif

/* ------------------------------------------------------------------------------ a claimant: lib/registry/claims.ts */

/* generationsOf: the highest generation, and the one that counts, the highest that is not void. */
inline generations_of() {
  d_step {
    top = 0; highest = 0; i = 1;
    do
    :: i <= G ->
       if
       :: claim[i] -> highest = i; if :: go[i] != VOID -> top = i :: else fi
       :: else
       fi;
       i++
    :: else -> break
    od;
    i = 0
  }
}

/* linkClaim; the next number is the highest listed + 1. `g` becomes 0 where another was first. */
inline link_claim() {
  d_step {
    g = highest + 1; top = 0; highest = 0;
    if
    :: !claim[g] -> claim[g] = p; printf("LAB process %d claims generation %d for run %d\n", q, g, p)
    :: else -> g = 0
    fi
  }
}

/* linkGo with `void`, where there is no seal yet. */
inline link_void(g) {
  d_step {
    if
    :: go[g] == NONE -> go[g] = VOID; printf("LAB process %d makes the seal of generation %d void\n", q, g)
    :: else
    fi
  }
}

/* linkGo. It is also ours where it names our submission and we hold its intent: an earlier call of sbatch was refused. */
inline link_go() {
  d_step {
    if
    :: go[g] == NONE -> go[g] = GO; go_submission[g] = g + o;
       printf("LAB process %d seals generation %d\n", q, g);
       assert(!claim[g + 1])
    :: go[g] == GO && go_submission[g] == g + o && !sealed_by_job[g]
    :: else -> lost = true
    fi
  }
}

/*
 * Looks again, after the claim is linked and before anything of it can run: an attempt that does not know of this
 * generation has begun before it was linked, so it is found now. In this order:
 */
inline look_again() {
  /* the attempts of all lower generations, void ones too; */
  atomic {
    i = 1;
    do
    :: i <= attempts ->
       if
       :: is_earlier(i) -> seen = seen | (1 << i);
#ifdef MUTATE_EXITS_BEFORE_QUEUE
          if :: exit[i] == GOOD -> lost = true :: else fi
#endif
       :: else
       fi;
       i++
    :: else -> i = 0; break
    od
  };
  /* the scheduler, asked now, of those that have not ended; */
#ifndef MUTATE_CLOCK_OPENS
  if
  :: seen ->
     d_step {
       i = 1;
       do
       :: i <= attempts ->
          if
          :: (seen & (1 << i)) && exit[i] == NONE && is_in_queue(start_job[i]) -> lost = true
          :: else
          fi;
          i++
       :: else -> break
       od;
       i = 0
     }
  :: else
  fi;
#endif
  /* and how they ended, which may have been written while it was asked. */
  if
  :: seen ->
     d_step {
#ifndef MUTATE_EXITS_BEFORE_QUEUE
       i = 1;
       do
       :: i <= attempts ->
          if :: (seen & (1 << i)) && exit[i] == GOOD -> lost = true :: else fi;
          i++
       :: else -> break
       od;
#endif
       i = 0; seen = 0
     }
  :: else
  fi
}

/* Of a sealed generation, as in lib/record/counted.ts. */
inline job_that_counts() {
  d_step {
    g = receipt[go_submission[top]]; i = attempts;
    do
    :: i -> if :: counts(i, go_submission[top]) -> g = start_job[i] :: else fi; i--
    :: else -> break
    od
  }
}

/* writeOutcome: nothing that runs, or has succeeded, may be called a failure. */
inline settle(what) {
  d_step {
    if
    :: !outcome[p] -> outcome[p] = what;
       printf("LAB process %d settles run %d: %d\n", q, p, what);
#ifndef TWICE /* there one process settles a failure and another submits the run again: README.md, "What it costs" */
       assert(what == SUCCEEDED || !running || claim[running] != p);
       assert(what == SUCCEEDED || !succeeded || claim[succeeded] != p)
#endif
    :: else
    fi;
    top = 0; highest = 0
  }
}

/* Process q acts for the owner of run p; its scripts are those from o on. */
proctype claimant(byte q, p, o) {
  byte top, highest, g, i, seen;
  bool lost;
#if CRASHES
  {
#endif
  /* Some claimant is the first to link generation 1, and what the others had seen until then changes nothing. */
  if :: q == 1 -> g = 1; goto claimed :: else fi;

look: /* lab-cache, lab-advance */
  atomic {
    generations_of();
    if :: outcome[p] -> top = 0; highest = 0; goto done :: else fi;
    if
    :: highest < G && claim[highest + 1] -> goto look
    :: top && go[top] == VOID -> goto look
    :: outcome[p] -> top = 0; highest = 0; goto done
    :: !top && !any_attempt_running -> goto open
    :: is_unsealed(top) && owner_is_gone(claim[top]) -> goto give_up
    :: is_unsealed(top) && impatience -> impatience--; goto give_up
    :: is_unsealed(top) && claim[top] == p && script[top + o] -> goto give_up
#ifdef TWICE
    /* a claim without a decision is repaired by its owner's next pass, which looks again too */
    :: is_unsealed(top) && claim[top] == p && !script[top + o] -> g = top; top = 0; highest = 0; goto claimed
#endif
    :: is_sealed(top) && any_ended_as(GOOD, top) -> goto hit
    :: is_sealed(top) && !any_ended_as(GOOD, top) && any_ended_as(BAD, top) && has_ended(top) -> goto failed
    :: is_sealed(top) && !any_ended_as(GOOD, top) && !any_ended_as(BAD, top) && has_ended(top) -> goto open
#if SETTLES
    :: is_sealed(top) && claim[top] == p && settles -> settles--; goto reconcile
#endif
#if TIMEOUTS
    :: is_sealed(top) && claim[top] == p && left[top + o] && !receipt[top + o] && call[top + o] == ACCEPTED ->
       receipt[top + o] = call_job[top + o]; goto look /* found by its comment */
#endif
    :: is_sealed(top) && !any_ended_as(GOOD, top) && impatience -> impatience--;
       printf("LAB process %d takes generation %d for ended, wrongly or not\n", q, top);
       goto open
    fi
  };

give_up: /* after the lease; lab-cancel and reconcile of the owner at any time */
#ifdef MUTATE_OPEN_WITHOUT_SEAL
  goto open;
#endif
  atomic { link_void(top); goto look };

open: /* lab-cache, takeover, resubmission: all who want the next generation */
#ifdef CUT
  highest < G; /* is as far as this check looks */
#else
  assert(highest < G);
#endif
  atomic { link_claim(); if :: !g -> goto look :: else fi };

claimed:
#ifndef MUTATE_NO_SECOND_LOOK
  look_again();
  if :: atomic { lost -> lost = false; link_void(g); g = 0; goto look } :: else fi;
#endif
#if SETTLES
  /* A verdict that rests on absence is written behind a void generation, which stops whatever starts late. */
  if
  :: atomic { settles -> settles--; link_void(g); if :: go[g] == VOID -> g = 0; goto failed :: else -> g = 0; goto look fi }
  :: skip
  fi;
#endif
#if BYHAND || defined(TWICE)
  /* decision-<n>.json, then lab-render-sbatch */
  script[g + o] = true;
#endif

send: /* lab-submit: lib/pass/submit.ts */
  atomic { if :: !intent[g + o] -> intent[g + o] = true :: else -> goto leave fi };
  atomic {
    link_go();
#ifdef MUTATE_SUBMIT_THOUGH_VOID
    lost = false;
#endif
    if :: lost -> goto leave :: else fi
  };
  atomic {
    assert(go[g] == GO && go_submission[g] == g + o);
    call[g + o] = UNDERWAY;
    printf("LAB process %d calls sbatch for generation %d\n", q, g)
  };
  if
  :: atomic { call[g + o] == ACCEPTED -> receipt[g + o] = call_job[g + o]; goto leave }
  :: call[g + o] == REFUSED
  :: atomic { call[g + o] == UNDERWAY && timeouts -> timeouts--; goto leave }
  fi;

  /* sbatch refused for certain: the intent is withdrawn, and not the seal */
#ifdef MUTATE_UNSEAL
  atomic { go[g] = NONE; printf("LAB process %d removes the seal of generation %d\n", q, g) };
#endif
  atomic {
    call[g + o] = NONE; intent[g + o] = false;
    if :: goto send :: goto leave fi
  };

leave:
  atomic { lost = false; left[g + o] = true; g = 0; goto look };

#if SETTLES
reconcile: /* by the scheduler's word of the job that counts: the first attempt's, else the receipt's */
#ifdef MUTATE_ABSENCE_SETTLES
  goto failed;
#endif
  atomic { job_that_counts(); seen = g; g = 0 };
  if :: job_state[seen] == ENDED -> skip :: else -> seen = 0; goto look fi;
  /* What it left behind is read after the scheduler has said so, and so is whether it still counts. */
  atomic {
#ifndef MUTATE_FILES_BEFORE_QUEUE
    job_that_counts();
    if :: g != seen -> g = 0; seen = 0; goto look :: else -> g = 0; seen = 0 fi;
    if :: any_ended_as(GOOD, top) -> goto look :: else -> goto failed fi
#else
    seen = 0; goto failed
#endif
  };
#endif

hit:
  atomic { settle(SUCCEEDED); goto done };
failed:
  atomic { settle(FAILED) };
done:
  skip;
#if CRASHES
  } unless { dead[q] };
  over[q] = true
#endif
}

/* ------------------------------------------------------------------------------------------- a job: lib/job/runtime */

proctype job(byte j) {
  byte s, a, i;
  bool lost;

wait:
end:
  if
  :: atomic { job_state[j] == PENDING && kills -> kills-- }; goto gone
  :: d_step {
       /* attempt.sh: the attempt appears with its start.json, before the fence looks at anything */
       job_state[j] == PENDING -> job_state[j] = RUNNING; s = job_submission[j];
#ifndef MUTATE_START_AFTER_FENCE
       attempts++; a = attempts;
       assert(a <= ATTEMPTS);
       start_submission[a] = s; start_job[a] = j;
#endif
       printf("LAB job %d of generation %d begins attempt %d\n", j, generation(s), a)
     }
  fi;

  /* fence.sh: its own .lab; a submission is one job's, that of the receipt, else that of the first attempt */
  atomic {
    d_step {
    lost = outcome[claim[generation(s)]] || (receipt[s] && receipt[s] != j);
    i = 1;
    do
    :: i < a ->
       if
       :: start_submission[i] == s && exit[i] != SUPERSEDED && start_job[i] != j -> lost = true
#ifndef MUTATE_SUCCESS_RUNS_AGAIN
       :: claim[generation(start_submission[i])] == claim[generation(s)] && exit[i] == GOOD -> lost = true
#endif
       :: else
       fi;
       i++
    :: else -> break
    od;
    i = 0
    };
#ifdef MUTATE_ANY_JOB
    lost = false;
#endif
    if :: lost -> goto superseded :: else fi
  };

  /* the seal: another's, another submission's or void; where there is none, it links it itself */
  atomic {
    if
    :: go[generation(s)] == NONE -> go[generation(s)] = GO; go_submission[generation(s)] = s;
       sealed_by_job[generation(s)] = true;
       printf("LAB job %d seals generation %d\n", j, generation(s))
    :: go[generation(s)] == VOID -> goto superseded
#ifndef MUTATE_ANY_SUBMISSION
    :: go[generation(s)] == GO && go_submission[generation(s)] != s -> goto superseded
#endif
    :: else
    fi
  };

  /* a higher generation, void or not */
  if
#ifndef MUTATE_NO_FENCE
  :: generation(s) < G && claim[generation(s) + 1] -> goto superseded
  :: generation(s) == G || !claim[generation(s) + 1]
#else
  :: skip
#endif
#if KILLS
  :: atomic { kills -> kills--; goto killed }
#endif
  fi;
#if BYHAND
  /* a script given to sbatch by hand has no intent yet */
  intent[s] = true;
#endif

#ifdef MUTATE_START_AFTER_FENCE
  d_step { attempts++; a = attempts; assert(a <= ATTEMPTS); start_submission[a] = s; start_job[a] = j };
#endif
  d_step {
    printf("LAB job %d of generation %d starts the command\n", j, generation(s));
    assert(!running);
    assert(!succeeded);
    running = generation(s)
  };

  /* command.sh and finish.sh: until the exit record is there the command is as good as running */
  if
  :: atomic {
       running = 0; succeeded = generation(s); exit[a] = GOOD;
       printf("LAB the command of job %d succeeds\n", j);
       if
       :: goto gone
       :: requeues -> requeues--; goto again
       fi
     }
  :: atomic { running = 0; exit[a] = BAD; printf("LAB the command of job %d fails\n", j); goto gone }
#if KILLS
  :: atomic { kills -> kills--; running = 0; goto killed }
#endif
  fi;

superseded:
  atomic { exit[a] = SUPERSEDED; lost = false; printf("LAB job %d is superseded\n", j); goto gone };
killed:
  atomic {
    printf("LAB job %d is killed\n", j);
    if
    :: goto gone
    :: requeues -> requeues--; goto again
    fi
  };
again:
  atomic { job_state[j] = PENDING; a = 0; s = 0; printf("LAB job %d is requeued\n", j); goto wait };
gone:
  atomic { job_state[j] = ENDED; a = 0; s = 0 }
}

/* ------------------------------------------------------------------------------------- the scheduler, hands and fate */

inline accept(submission) {
  d_step {
    i = 1;
    do :: job_state[i] -> i++ :: else -> break od;
    assert(i <= JOBS);
    job_state[i] = PENDING; job_submission[i] = submission;
    printf("LAB the scheduler has job %d of generation %d\n", i, generation(submission))
  }
}

#if BYHAND
#define HAND(n) :: atomic { script[n] && byhand -> byhand--; accept(n); i = 0 }
#else
#define HAND(n)
#endif
#define answer(n) \
  :: atomic { call[n] == UNDERWAY -> accept(n); call_job[n] = i; call[n] = ACCEPTED; i = 0 } \
  :: atomic { call[n] == UNDERWAY && refusals -> refusals--; call[n] = REFUSED } \
  HAND(n)

proctype scheduler() {
  byte i;
end:
  do
  answer(1)
  answer(2)
#if S > 2
  answer(3)
#endif
#if S > 3
  answer(4)
#endif
#if S > 4
  answer(5)
#endif
#if S > 5
  answer(6)
#endif
#if S > 6
  answer(7)
  answer(8)
#endif
  od
}

inline crash(q, now) {
  d_step { crashes && !over[q] && !dead[q] && now -> crashes--; dead[q] = true; printf("LAB process %d crashes\n", q) }
}

proctype fate() {
end:
  do
  :: crash(1, true)
  :: crash(2, true)
#if PROCESSES > 2
#ifdef TWICE
  :: crash(3, true)
#else
  :: crash(3, dead[2]) /* of the two that are alike the first has a number by symmetry */
#endif
#endif
  od
}

init {
  byte k = 1;
  atomic {
    claim[1] = 1;
    run scheduler();
#if CRASHES
    run fate();
#endif
    do :: k <= JOBS -> run job(k); k++ :: else -> break od;
    k = 1;
    do :: k <= CLAIMANTS -> run claimant(k, k, 0); k++ :: else -> break od;
#ifdef TWICE
    run claimant(k, 1, G);
#endif
  }
}
